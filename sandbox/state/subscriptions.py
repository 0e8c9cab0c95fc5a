"""The events that applications can be told of, and their bindings."""

from dataclasses import dataclass

LONGEST_HANDLER = 255
EVENTS: dict[str, tuple[str, ...]] = {
    "": (
        "ONAPPINSTALL",
        "ONAPPUPDATE",
        "ONAPPUNINSTALL",
        "ONAPPPAYMENT",
        "ONSUBSCRIPTIONRENEW",
        "ONAPPTEST",
        "ONAPPMETHODCONFIRM",
        "ONOFFLINEEVENT",
    ),
    "imopenlines": (
        "ONOPENLINEMESSAGEADD",
        "ONOPENLINEMESSAGEUPDATE",
        "ONOPENLINEMESSAGEDELETE",
        "ONSESSIONSTART",
        "ONSESSIONFINISH",
        "ONIMCONNECTORMESSAGEADD",
        "ONIMCONNECTORMESSAGEUPDATE",
        "ONIMCONNECTORMESSAGEDELETE",
        "ONIMCONNECTORDIALOGSTART",
        "ONIMCONNECTORDIALOGFINISH",
        "ONIMCONNECTORSTATUSDELETE",
        "ONIMCONNECTORLINEDELETE",
    ),
}
"""Scope -> the names of its events; those of the empty scope are everybody's. Source: the portal's module `rest`."""


@dataclass(frozen=True)
class EventBinding:
    """One binding of an application: online to a handler, offline (without a handler) to the queue of its connection.

    `auth_type` is the user whose token the handler gets, 0 for whoever causes the event.
    """

    id: int
    client_id: str
    event: str
    handler: str = ""
    auth_type: int = 0
    connector: str = ""

    @property
    def offline(self) -> bool:
        """Whether events are recorded, not delivered."""
        return not self.handler

    def is_same(self, other: "EventBinding") -> bool:
        """Whether two bindings differ in nothing but their ids."""
        return vars(self) | {"id": 0} == vars(other) | {"id": 0}
