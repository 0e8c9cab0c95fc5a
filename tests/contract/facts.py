"""The facts of every method, read from the JSON files beside this module.

They were written from the official pages and from what the server is known to do, never from the code they judge.
The rules that hold in every file:

- `params` carry the wire name exactly; a parameter inside a wrapper object is dotted: `PARAMS.LINE_NAME`.
  A `flag` travels as "Y" or "N", a `bit` as "1" or "0", a `boolean` as JSON true or false. The keys of an object, or of
  the objects in an array, are its `fields`.
- `example` is the JSON body of the page's curl example, without its token. Where the page prints a placeholder in
  asterisks for CLIENT_ID, the value is "my-bot-client-id". Methods newer than the pages have a composed example.
- `arguments` say the same as a tool call: see `argument_name`. Flags are booleans there, queue entries snake_case.
- `differences` name the values of the example that the server would misread, and what has to be sent instead.
- `errors` come from the official page ("page") or from the server alone ("server"); an empty code is real.
"""

import json
import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

Body = dict[str, Any]
Section = Literal[
    "channels",
    "dialogs",
    "operators",
    "messages",
    "crm_chats",
    "chatbots",
    "statistics",
    "connectors",
    "messenger",
    "events",
]
Type = Literal["integer", "string", "flag", "bit", "boolean", "enum", "array", "object"]

SECTIONS: tuple[Section, ...] = (
    "channels",
    "dialogs",
    "operators",
    "messages",
    "crm_chats",
    "chatbots",
    "statistics",
    "connectors",
    "messenger",
    "events",
)
WRAPPERS = ("PARAMS", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter or field; `values` are those of an enum, or those allowed inside an array."""

    name: str
    type: Type
    required: bool
    values: tuple[str, ...] = ()
    fields: tuple["Param", ...] = ()

    @property
    def argument(self) -> str:
        """The name of the tool argument that carries it."""
        return argument_name(self.name)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that the page's example gets wrong."""

    path: str
    page: Any
    sent: Any
    reason: str


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One refusal of the method itself, and who says so."""

    code: str
    status: int
    source: Literal["page", "server"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one method."""

    rest: str
    section: Section
    params: tuple[Param, ...]
    example: Body
    arguments: Body
    differences: tuple[Difference, ...]
    errors: tuple[ErrorCode, ...]
    repeat: bool
    read: bool

    @property
    def sent(self) -> Body:
        """The body that the arguments must become: the example with its differences applied."""
        body = deepcopy(self.example)
        for difference in self.differences:
            *wrappers, name = difference.path.split(".")
            holder = body
            for wrapper in wrappers:
                holder = holder[wrapper]
            holder[name] = difference.sent
        return body


def argument_name(param: str) -> str:
    """The tool argument of a REST parameter: without its wrapper object, in snake_case."""
    wrapper, _, inner = param.partition(".")
    name = inner if wrapper in WRAPPERS and inner else param
    return name.lower() if name.isupper() else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def read_param(raw: Body) -> Param:
    """One parameter with its fields."""
    fields = tuple(read_param(field) for field in raw.get("fields", ()))
    return Param(**{**raw, "values": tuple(raw.get("values", ())), "fields": fields})


def read_facts(section: Section, raw: Body) -> Facts:
    """One method as its file has it; an unknown or missing key is an error."""
    return Facts(
        **{
            **raw,
            "section": section,
            "params": tuple(read_param(param) for param in raw["params"]),
            "differences": tuple(Difference(**difference) for difference in raw["differences"]),
            "errors": tuple(ErrorCode(**error) for error in raw["errors"]),
        }
    )


def read_section(section: Section) -> list[Facts]:
    """All methods of one file, in its order."""
    text = (Path(__file__).parent / "facts" / f"{section}.json").read_text(encoding="utf-8")
    return [read_facts(section, raw) for raw in cast("list[Body]", json.loads(text))]


ALL: tuple[Facts, ...] = tuple(facts for section in SECTIONS for facts in read_section(section))
METHODS: dict[str, Facts] = {facts.rest: facts for facts in ALL}
