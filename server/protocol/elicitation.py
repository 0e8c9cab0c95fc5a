"""Asking the person at the client whether a call may be made, in either form of the protocol."""

from dataclasses import dataclass
from typing import Any, Protocol

from mcp import types
from mcp.shared.exceptions import MCPError
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

QUESTION = "approval"
"""Key of our one question among a request's input requests."""
ONE_ANSWER = "openchannels.one_answer"
"""Key in the scope of an HTTP request whose client takes one answer and no stream, on which it could be asked."""
SCHEMA: types.ElicitRequestedSchema = {
    "type": "object",
    "properties": {"approve": {"type": "boolean", "title": "Do it", "description": "Yes: the call is made once."}},
    "required": ["approve"],
}


class InputRequiredError(Exception):
    """The call has to be repeated by the client with the person's answer to this question."""

    def __init__(self, approval_id: str, question: str) -> None:
        super().__init__(approval_id)
        self.result = types.InputRequiredResult(
            input_requests={
                QUESTION: types.ElicitRequest(
                    params=types.ElicitRequestFormParams(message=question, requested_schema=SCHEMA)
                )
            },
            request_state=approval_id,
        )


class Person(Protocol):
    """Whoever sits at the client."""

    @property
    def name(self) -> str:
        """Name and version of the client program, for the audit log."""
        ...

    @property
    def answered_approval(self) -> str | None:
        """Id of the approval that this request brings an answer to."""
        ...

    async def ask(self, approval_id: str, question: str) -> bool | None:
        """Yes or no; None if nobody was asked: the client cannot, or its question was closed without an answer.

        InputRequiredError where the client has to come again.
        """
        ...


@dataclass(frozen=True)
class Nobody:
    """Nobody can be asked: the call came from a program."""

    name: str = ""
    answered_approval: str | None = None

    async def ask(self, approval_id: str, question: str) -> bool | None:  # noqa: ARG002
        """Cannot be asked."""
        return None


class ClientPerson:
    """The person at the client that sent a tool call."""

    def __init__(self, context: Any, params: types.CallToolRequestParams) -> None:
        self._context = context
        self._params = params

    @property
    def name(self) -> str:
        """Name and version of the client program."""
        told = self._context.session.client_params
        return f"{told.client_info.name} {told.client_info.version}"[:120] if told else ""

    @property
    def answered_approval(self) -> str | None:
        """The state that the client sent back."""
        return self._params.request_state if self._params.input_responses else None

    async def ask(self, approval_id: str, question: str) -> bool | None:
        """Asked at once where the protocol has a way back to the client, else by sending the client round."""
        if self.answered_approval == approval_id:
            return _read_answer((self._params.input_responses or {}).get(QUESTION))
        if not self._can_be_asked():
            return None
        if self._context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            raise InputRequiredError(approval_id, question)
        if self._context.request is not None and self._context.request.scope.get(ONE_ANSWER):
            return None
        try:
            return _read_answer(
                await self._context.session.elicit_form(question, SCHEMA, related_request_id=self._context.request_id)
            )
        except MCPError:  # no way back to the client, or it cannot do what it said it can
            return None
        except ValidationError:
            return False

    def _can_be_asked(self) -> bool:
        told = self._context.session.client_capabilities
        elicits = told.elicitation if told else None
        return elicits is not None and (elicits.form is not None or elicits.url is None)


def _read_answer(answer: object) -> bool | None:
    """Yes or no; None where no choice was made.

    Clients without a screen answer `cancel` at once. By the specification it means that somebody "dismissed without
    making an explicit choice" (modelcontextprotocol.io, elicitation, response actions).
    """
    if answer is None:
        return None
    if not isinstance(answer, types.ElicitResult):
        return False
    if answer.action == "cancel":
        return None
    return answer.action == "accept" and (answer.content or {}).get("approve") is True
