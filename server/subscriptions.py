"""Who is told that a resource has changed: sessions that subscribe, and streams of the newest revision that listen."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated, ToolsListChanged
from mcp.shared.exceptions import MCPError

from server.caller import Caller, CallerOf
from server.events.subscribers import Subscriber
from server.storage.errors import StorageError
from tools.untrusted import is_code

Context = ServerRequestContext[Any]
MOST_ADDRESSES = 1000
"""Of one stream or session."""


@dataclass(eq=False)
class Reader:
    """Who subscribed, as the resources may be read now."""

    caller: Caller

    def find_subject(self, uri: str) -> str | None:
        """The address as events are told of it; None where this one may not hear of it."""
        return self.caller.resources.find_subject(uri) if self.caller.is_still_valid() else None


@dataclass(eq=False)
class SubscribedSession:
    """A session of an older revision that has subscribed to something."""

    reader: Reader
    subscriber: Subscriber
    serving: AsyncExitStack


@dataclass(eq=False)
class Stream:
    """An open stream of the newest revision."""

    reader: Reader
    bus: InMemorySubscriptionBus
    handler: ListenHandler = field(init=False)

    def __post_init__(self) -> None:
        self.handler = ListenHandler(self.bus)


class Subscriptions:
    """Tells clients of changed resources, and of changed lists of tools where these may change."""

    def __init__(self, caller_of: CallerOf, *, changes_tools: bool = False) -> None:
        self._caller_of = caller_of
        self._changes_tools = changes_tools
        self._sessions: dict[object, SubscribedSession] = {}
        self._streams: set[Stream] = set()

    @property
    def handlers(self) -> dict[str, Callable[..., Any]]:
        """The handlers, by the names that the SDK's server has for them."""
        return {
            "on_subscribe_resource": self.subscribe,
            "on_unsubscribe_resource": self.unsubscribe,
            "on_subscriptions_listen": self.listen,
        }

    async def subscribe(self, context: Context, params: types.SubscribeRequestParams) -> types.EmptyResult:
        """Tell a session of an address until it unsubscribes, ends, or may not read it any more."""
        connection, caller = get_connection(context), self._caller_of(context)
        if not connection.has_standalone_channel:
            why = "Without sessions nothing can be told to this revision; 2026-07-28 has subscriptions/listen"
            raise MCPError(types.INVALID_REQUEST, why)
        session = self._sessions.get(connection) or self._make_session(context, caller)
        if len(session.subscriber.wanted) >= MOST_ADDRESSES:
            raise MCPError(types.INVALID_REQUEST, f"A session may subscribe to {MOST_ADDRESSES} addresses at most")
        if not session.subscriber.add(params.uri):
            raise _refuse(caller, params.uri)
        if connection not in self._sessions:
            await session.serving.enter_async_context(_serve(caller, session.subscriber))
            self._sessions[connection] = session
            connection.exit_stack.push_async_callback(self._end, connection)
        return types.EmptyResult()

    def _make_session(self, context: Context, caller: Caller) -> SubscribedSession:
        client = context.session
        reader = Reader(caller)
        return SubscribedSession(
            reader, Subscriber(client.send_resource_updated, reader.find_subject), AsyncExitStack()
        )

    async def unsubscribe(self, context: Context, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        """Tell a session of an address no more; one that was never told of it loses nothing."""
        connection = get_connection(context)
        if session := self._sessions.get(connection):
            session.subscriber.remove(params.uri)
            if not session.subscriber.wanted:
                await self._end(connection)
        return types.EmptyResult()

    async def _end(self, connection: object) -> None:
        if session := self._sessions.pop(connection, None):
            await session.serving.aclose()

    async def listen(
        self, context: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Serve one stream of the newest revision; it acknowledges only what is ever sent."""
        caller, wanted = self._caller_of(context), params.notifications
        bus, reader = InMemorySubscriptionBus(), Reader(caller)
        subscriber = Subscriber(lambda uri: bus.publish(ResourceUpdated(uri=uri)), reader.find_subject)
        asked = (wanted.resource_subscriptions or [])[:MOST_ADDRESSES]
        told = [uri for uri in asked if subscriber.add(uri)]
        lists = (wanted.tools_list_changed, wanted.prompts_list_changed, wanted.resources_list_changed)
        if asked and not told and not any(lists):
            raise _refuse(caller, asked[0])
        sent = types.SubscriptionFilter(
            tools_list_changed=self._changes_tools and wanted.tools_list_changed, resource_subscriptions=told or None
        )
        stream = Stream(reader, bus)
        self._streams.add(stream)
        try:
            async with AsyncExitStack() as serving:
                if told:
                    await serving.enter_async_context(_serve(caller, subscriber))
                return await stream.handler(context, params.model_copy(update={"notifications": sent}))
        finally:
            self._streams.discard(stream)

    async def publish_tools_changed(self, credential: str) -> None:
        """Tell every stream of a credential that it has other tools than before."""
        for stream in self._streams.copy():
            if stream.reader.caller.credential == credential:
                await stream.bus.publish(ToolsListChanged())

    def replace_caller(self, caller: Caller) -> None:
        """Let every session and stream of a credential hear of what it may read now, and of nothing else."""
        for reader in [one.reader for one in self._sessions.values()] + [one.reader for one in self._streams]:
            if reader.caller.credential == caller.credential:
                reader.caller = caller

    def close(self) -> None:
        """Let every stream send its last message and end."""
        for stream in self._streams.copy():
            stream.handler.close()


@asynccontextmanager
async def _serve(caller: Caller, subscriber: Subscriber) -> AsyncIterator[None]:
    try:
        async with caller.connection.notices.serve(subscriber):
            yield
    except StorageError as error:
        why = f"The feed of events cannot be used ({error.kind}); whoever runs this server finds the reason in its log"
        raise MCPError(types.INTERNAL_ERROR, why) from None


def _refuse(caller: Caller, uri: str) -> MCPError:
    subjects = caller.resources.list_subjects()
    named = f" {uri}" if is_code(uri.replace("/", "")) else " this address"
    those = f"what may change here are {', '.join(subjects)}" if subjects else "nothing that changes may be read here"
    return MCPError(types.INVALID_PARAMS, f"Nothing is ever told of{named}; {those}", {"uri": uri[:200]})


def get_connection(context: Context) -> Any:
    """What lives as long as the session; the SDK means handlers to clean up there, and has no public way to it yet."""
    return context.session._connection  # noqa: SLF001
