"""A portal that gives recorded answers of the embedded one, one of them made odd."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

import httpx

from portal.batch import encode_query
from sandbox.app import create_app
from sandbox.seed.seed import APPLICATION_ID, create_seeded_company
from sandbox.state.company import Company
from sandbox.state.offline_events import QueueOwner
from sandbox.state.subscriptions import EventBinding
from tests.sweep.mutations import EMPTY, KINDS, REFUSED, UNFIT
from tests.sweep.places import Path, Place, find_places, generalise, mutate_at, read

BOTS_CHAT = 217
Request = tuple[str, str]
"""A method and its parameters in the query form."""
REFUSAL = {"error": "ACCESS_DENIED", "error_description": "Access denied"}
FILE = b"2 desks Oslo\n1 lamp, blue\n"
"""What every address of a file holds: no method's answer, so nothing in it is made odd."""
UNKNOWN_METHOD = {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}


@dataclass(frozen=True)
class Mutation:
    """One thing that is odd about the answers of a method."""

    method: str
    path: Path
    kind: str
    value: Any
    """Something that usually is there."""
    only: tuple[Request, Place] | None = None
    """The one row that is odd; all rows where there is none."""

    def apply(self, request: Request, result: Any) -> Any:
        """The result as it arrives; UNFIT where it arrives as it is."""
        if request[0] != self.method or (self.only and self.only[0] != request):
            return UNFIT
        return mutate_at(result, self.kind, self.path, self.only and self.only[1])

    def changes(self, heard: Mapping[Request, Any]) -> bool:
        """Whether anything in these results arrives otherwise."""
        return any(self.apply(request, result) is not UNFIT for request, result in heard.items())

    @property
    def where(self) -> str:
        """The method, and the path of the field unless it is the whole result."""
        return " ".join(filter(None, (self.method, ".".join(self.path))))

    @property
    def says_that_there_is_nothing(self) -> bool:
        """Whether it puts an empty list, in one of PHP's forms, in the place of a list or of a map of rows."""
        rows = self.value if isinstance(self.value, list | dict) else ()
        return self.kind in EMPTY and (isinstance(rows, list) or (bool(rows) and all(map(str.isdecimal, rows))))

    @property
    def wraps_a_list(self) -> bool:
        """Whether it puts a list with one odd item in the place of a list."""
        return isinstance(self.value, list) and self.kind in {"list for map", "nested"}

    @property
    def is_of_something_counted(self) -> bool:
        """Whether it concerns a number, a switch, a date, or what holds them: no mere words."""
        if not isinstance(self.value, str):
            return self.value is not None
        try:
            return bool(datetime.fromisoformat(self.value))
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.where} {self.kind} ({'one row' if self.only else 'all rows'})"


def choose_mutations(heard: Mapping[Request, Any], random: Random, most: int | None) -> list[Mutation]:
    """So many of the mutations that change something in these results, or all of them."""
    candidates = list(_list_mutations(heard, random))
    random.shuffle(candidates)
    fitting = (one for one in candidates if one.changes(heard))
    return list(islice(fitting, most))


def _list_mutations(heard: Mapping[Request, Any], random: Random) -> Iterator[Mutation]:
    """Each field in all rows, and in one that is chosen by chance; some change nothing."""
    places: dict[tuple[str, Path], list[tuple[Request, Place]]] = defaultdict(list)
    for request, result in heard.items():
        for place in find_places(result):
            places[request[0], generalise(place)].append((request, place))
    for (method, path), where in places.items():
        values = [read(heard[request], place) for request, place in where]
        usual = next((value for value in values if value is not None), None)
        for kind in KINDS:
            yield Mutation(method, path, kind, usual)
            if len(where) > 1:
                yield Mutation(method, path, kind, usual, random.choice(where))


def make_company() -> Company:
    """The seeded company, in which the application has a bot that may read, subscriptions, and events in its queue."""
    company = create_seeded_company()
    bot = next(bot for bot in company.bots if bot.client_id == APPLICATION_ID)
    bot.type = "supervisor"
    company.chats[BOTS_CHAT].members.append(bot.user_id)
    key = next(key for key in company.access_keys if key.client_id == APPLICATION_ID)
    key.scopes = (*key.scopes, "imbot")
    for number in (1, 2):
        data = {"DATA": {"chat": {"chat_id": 205 + number}}}
        company.offline_events.record(QueueOwner(APPLICATION_ID), "ONSESSIONSTART", data, 1, company.clock())
    for number, handler in enumerate(("https://app.example.com/a", "https://app.example.com/b"), 1):
        company.bindings.append(EventBinding(number, APPLICATION_ID, "ONSESSIONSTART", handler))
    return company


class MutatingPortal(httpx.AsyncBaseTransport):
    """Every request is answered by the embedded portal once; after that its answer is repeated.

    Addresses of files are good for one download there, and for any number here.

    `mutation` is what is odd now. `heard` are the requests and the genuine results since `become_genuine`.
    """

    def __init__(self) -> None:
        self._app = httpx.ASGITransport(create_app(make_company()))
        self._recorded: dict[tuple[str, Request], str] = {}
        self._without: tuple[str, ...] = ()
        self.mutation: Mutation | None = None
        self.heard: dict[Request, Any] = {}

    def become_genuine(self, without: tuple[str, ...]) -> None:
        """Nothing is odd, apart from methods that do not exist: those whose names begin so."""
        self._without, self.mutation, self.heard = without, None, {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request; each command of a batch is one of its own."""
        if request.method == "GET":
            named = {"content-disposition": 'attachment; filename="checkout-error.png"', "content-type": "text/plain"}
            return httpx.Response(httpx.codes.OK, content=FILE, headers=named)
        base, _, method = request.url.path.rpartition("/")
        params = json.loads(request.content)
        if method != "batch":
            answer = await self._answer(base, (method, encode_query(params)))
            status = httpx.codes.BAD_REQUEST if "error" in answer else httpx.codes.OK
            return httpx.Response(status, content=json.dumps(answer))
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for key, command in params["cmd"].items():
            method, _, query = command.partition("?")
            answer = await self._answer(base, (method, query))
            (errors if "error" in answer else results)[key] = answer.get("result", answer)
        outcome = {"result": results, "result_error": errors}
        return httpx.Response(httpx.codes.OK, content=json.dumps({"result": outcome}))

    async def _answer(self, base: str, request: Request) -> Mapping[str, Any]:
        if self._without and request[0].startswith(self._without):
            return UNKNOWN_METHOD
        if (base, request) not in self._recorded:
            self._recorded[base, request] = await self._ask(base, *request)
        answer: dict[str, Any] = json.loads(self._recorded[base, request])
        if "result" not in answer:
            return answer
        if self.mutation is None:
            self.heard[request] = answer["result"]
            return answer
        result = self.mutation.apply(request, answer["result"])
        if result is REFUSED:
            return REFUSAL
        return {"result": answer["result"] if result is UNFIT else result}

    async def _ask(self, base: str, method: str, query: str) -> str:
        form = {"content-type": "application/x-www-form-urlencoded"}
        async with httpx.AsyncClient(transport=self._app, base_url="http://127.0.0.1") as client:
            return (await client.post(f"{base}/{method}", content=query, headers=form)).text
