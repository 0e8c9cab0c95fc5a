"""What works with this portal and these credentials, and what to do about each gap."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import anyio
from typing_extensions import TypedDict

from tools.effect import Auth, Effect
from tools.error_advice import APPLICATION_ONLY, STATISTICS, describe_missing_scope, find_advice
from tools.method import Method
from tools.result_types import read_flag, read_list, read_text, read_whole
from tools.tool import Tool
from tools.untrusted import is_code, mark_untrusted
from workflows.core.composite import Composite
from workflows.core.context import Context

if TYPE_CHECKING:
    from portal.client import Portal
    from portal.errors import PortalError

SCOPES = ("imopenlines",)
"""What this server is about; some toolsets need others too."""
REPORTS = "imopenlines.v2."
ORDER = (
    "connection",
    "credentials",
    "scopes",
    "application",
    "open channels",
    "lines to see",
    "lines to change",
    "reports",
)
NAMING = frozenset({"credentials", "application"})
"""Checks whose findings hold names that people gave."""
CHANGES_OF_LINES = frozenset({"imopenlines.config.update", "imopenlines.config.delete"})


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    found: str
    todo: str = ""


class CheckData(TypedDict):
    """One check."""

    name: str
    ok: bool
    found: str
    todo: str


class EventSourceData(TypedDict):
    """By what events of the portal are heard."""

    name: str
    running: bool
    sees: str
    cannot_see: str
    promise: str


class PortalCheckData(TypedDict):
    """All checks, and what can be used."""

    portal: str
    ok: bool
    checks: list[CheckData]
    usable_tools: int
    unusable_tools: dict[str, str]
    events: list[EventSourceData]


class PortalCheck(Composite):
    """Check the connection to the portal: address, credentials, scopes, rights, plan, and which tools can work here.

    Use it first when tools fail with access or limit errors. Changes nothing.
    """

    title = "Check the portal"
    data_type = PortalCheckData
    effects = Effect.READ

    asks = (
        "`profile`, `scope`, `imopenlines.revision.get`, and `app.info` where a tool needs an application",
        "`imopenlines.config.list.get` with the right VIEW and with MODIFY",
        "`imopenlines.v2.Operator.list` for one row: whether plan and rights open the reports",
    )
    details = """
    Each check says what was found and, where it failed, what to do. How to connect:
    openchannels://docs/guides/getting-started
    """
    answer = (
        "`portal`, `ok`, `checks` `[{name, ok, found, todo}]`, `usable_tools` (how many), `unusable_tools` by name; "
        "`events` `[{name, running, sees, cannot_see, promise}]`: by what events of the portal are heard."
    )

    async def run(self, context: Context) -> dict[str, Any]:
        """The checks in order, and the tools that cannot work with the reason."""
        examination = Examination(context.portal, [tool for tool in context.tools.values() if issubclass(tool, Method)])
        checks = await examination.run_checks()
        unusable = {name: why for name, tool in context.tools.items() if (why := examination.why_unusable(tool))}
        return {
            "portal": context.portal.origin,
            "ok": all(check.ok for check in checks),
            "checks": [asdict(check) for check in checks],
            "usable_tools": len(context.tools) - len(unusable),
            "unusable_tools": unusable,
            "events": context.describe_events(),
        }

    def text(self, result: Any) -> str:
        """One line a check, then what to do."""
        lines = [f"Portal {result['portal']}"]
        for check in map(_mark_check, result["checks"]):
            lines.append(f"{'ok ' if check['ok'] else 'NO '} {check['name']}: {check['found']}")
            if check["todo"]:
                lines.append(f"     What to do: {check['todo']}")
        lines.append(f"{result['usable_tools']} tools can work here.")
        for why in dict.fromkeys(result["unusable_tools"].values()):
            names = ", ".join(name for name, reason in result["unusable_tools"].items() if reason == why)
            lines.append(f"Cannot work ({why}): {names}")
        for source in result["events"]:
            now = "a process hears by it now" if source["running"] else "nobody listens now"
            lines.append(f"Events by {source['name']} ({now}). Sees: {source['sees']}.")
            lines.append(f"     Cannot see: {source['cannot_see']}. How sure: {source['promise']}.")
        if not result["events"]:
            lines.append("Events of the portal are not heard.")
        return "\n".join(lines)

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The same as a program reads it."""
        return {**result, "checks": list(map(_mark_check, result["checks"]))}


def _mark_check(check: dict[str, Any]) -> dict[str, Any]:
    return {**check, "found": mark_untrusted(check["found"], "portal")} if check["name"] in NAMING else check


class Examination:
    """Asks the portal about itself, and what of it is enough for these methods."""

    def __init__(self, portal: "Portal", methods: list[type[Method]]) -> None:
        self._portal = portal
        self._application = any(map(_is_for_applications, methods))
        self._needed = dict.fromkeys(scopes for scopes in (SCOPES, *(method.scopes for method in methods)) if scopes)
        self._granted: frozenset[str] = frozenset()
        self._found: dict[str, Check] = {}
        self._refusals: dict[str, PortalError] = {}

    async def run_checks(self) -> list[Check]:
        """The connection and the user first; the rest unless the portal cannot be reached or lets nobody in."""
        await self._ask("credentials", "profile", {}, _describe_user)
        await self._connect()
        if self._is_let_in():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._ask, "scopes", "scope", {}, self._check_scopes)
                if self._application:
                    tasks.start_soon(self._ask, "application", "app.info", {}, _check_application)
                tasks.start_soon(self._ask, "open channels", "imopenlines.revision.get", {}, _describe_revision)
                for right in ("VIEW", "MODIFY"):
                    tasks.start_soon(self._ask, *_make_line_check(right))
                tasks.start_soon(self._ask, "reports", "imopenlines.v2.Operator.list", {"limit": 1}, _describe_reports)
        return [self._found[name] for name in ORDER if name in self._found]

    def _is_let_in(self) -> bool:
        """Whether the credentials may be right, even where what they are for could not be read."""
        from portal.errors import RefusedError

        refusal = self._refusals.get("credentials")
        return refusal is None or isinstance(refusal, RefusedError)

    async def _connect(self) -> None:
        """Whoever is refused has been reached; whoever is not has no credentials to be looked at."""
        from portal.errors import AnswerLostError, BlockedError, NotReachableError

        if isinstance(self._refusals.get("credentials"), NotReachableError | AnswerLostError | BlockedError):
            found = self._found.pop("credentials")
            self._found["connection"] = replace(found, name="connection")
        else:
            self._found["connection"] = Check("connection", ok=True, found="the portal answers")

    async def _ask(self, name: str, method: str, params: dict[str, Any], read: Any) -> None:
        from portal.errors import PortalError

        try:
            result = await self._portal.call(method, params, repeatable=True, scopes=_choose_scopes(method))
        except PortalError as error:
            self._refusals[name] = error
            code = f" ({error.code})" if error.code and is_code(error.code) else ""
            own = STATISTICS if method.startswith(REPORTS) else {}
            todo = find_advice(error.code, own) if error.code is not None else "Check the address and the network."
            cause = f": {error.description}" if error.code is None and error.description else code
            self._found[name] = Check(name, ok=False, found=f"{error.happened}{cause}", todo=todo)
            return
        try:
            outcome = read(result)
        except (AttributeError, TypeError, ValueError):
            outcome = Check(name, ok=False, found="answered in an unknown form", todo="Check that this is a portal.")
        self._found[name] = outcome if isinstance(outcome, Check) else Check(name, ok=True, found=str(outcome))

    def _check_scopes(self, granted: Any) -> Check:
        listed = [name for name in _read_list(granted) if isinstance(name, str)]
        if granted and not listed:
            raise TypeError("these are no names")
        names = sorted(filter(is_code, listed))
        self._granted = frozenset(names)
        missing = [scopes for scopes in self._needed if self._granted.isdisjoint(scopes)]
        todo = describe_missing_scope(*missing) if missing else ""
        return Check("scopes", ok=not missing, found=", ".join(names) or "none", todo=todo)

    def why_unusable(self, tool: type[Tool]) -> str:
        """What keeps a tool from working, after the checks; empty if nothing does."""
        needed = tool.needs if issubclass(tool, Composite) else (tool,)
        methods = (method for method in needed if issubclass(method, Method))
        return next((obstacle for method in methods for obstacle in self._list_obstacles(method)), "")

    def _list_obstacles(self, method: type[Method]) -> Iterator[str]:
        failed = [check.name for check in self._found.values() if not check.ok]
        if not self._is_let_in():
            yield from (name for name in ("connection", "credentials") if name in failed)
        if method.scopes and self._granted.isdisjoint(method.scopes):
            yield f"scope {' or '.join(method.scopes)}"
        if method.scopes == SCOPES:
            yield from (name for name in failed if name == "open channels")
        if method.rest.startswith(REPORTS):
            yield from (name for name in failed if name == "reports")
        if method.rest in CHANGES_OF_LINES:
            yield from (name for name in failed if name == "lines to change")
        if _is_for_applications(method) and "application" in failed:
            yield "needs an application"


def _choose_scopes(method: str) -> tuple[str, ...]:
    return SCOPES if method.startswith(f"{SCOPES[0]}.") else ()


def _read_list(value: Any) -> list[Any]:
    """A list, however PHP wrote it.

    Raises:
        TypeError: It is none.
    """
    found = read_list(value)
    if not isinstance(found, list):
        raise TypeError("this is no list")
    return found


def _describe_user(profile: Any) -> str:
    name = " ".join(filter(None, (read_text(profile.get(part)).strip() for part in ("NAME", "LAST_NAME"))))
    number = read_whole(profile.get("ID"))
    user = f"user {number}" if number > 0 else "a user whose id could not be read,"
    admin = read_flag(profile.get("ADMIN", False))
    rights = {True: ", an administrator", False: ""}.get(admin, "; whether as an administrator is not known")
    return f"calls act as {user} {name}{rights}"


def _describe_reports(answer: Any) -> str:
    _read_list(answer.get("operators"))
    return "can be read"


def _check_application(info: Any) -> Check:
    """A webhook is told nothing but its scopes and the plan."""
    name = read_text(info.get("CODE")) or read_text(info.get("ID"))
    todo = "" if name else f"{find_advice('WRONG_AUTH_TYPE', APPLICATION_ONLY)} Or leave out the toolset connectors."
    return Check("application", ok=bool(name), found=str(name or "a webhook"), todo=todo)


def _is_for_applications(method: type[Method]) -> bool:
    return method.auth is Auth.APPLICATION


def _describe_revision(revision: Any) -> str:
    return f"answers, REST revision {read_whole(revision.get('rest')) or 'unknown'}"


def _make_line_check(right: str) -> tuple[str, str, dict[str, Any], Any]:
    name = {"VIEW": "lines to see", "MODIFY": "lines to change"}[right]
    params = {"select": ["ID", "MODIFY_USER_ID"], "limit": 200, "offset": 0}
    todo = f"The user's role has no {right} permission for lines; an administrator can give it in Contact Center."

    def read(lines: Any) -> Check:
        rows = _read_list(lines)
        if rows and not any(isinstance(row, dict) for row in rows):
            raise TypeError("these are no lines")
        return Check(name, ok=bool(rows), found=str(len(rows)), todo="" if rows else todo)

    return name, "imopenlines.config.list.get", {"PARAMS": params, "OPTIONS": {"CHECK_PERMISSION": right}}, read
