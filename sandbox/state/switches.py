"""Circumstances of the portal that no REST call can bring about, set through the control API."""

from dataclasses import dataclass, field


@dataclass
class Modules:
    """Which modules are installed."""

    im: bool = True
    pull: bool = True
    imbot: bool = True
    crm: bool = True


@dataclass
class PlanFeatures:
    """What the portal's plan includes."""

    rest: bool = True
    reports: bool = True
    head_vote: bool = True
    worktime: bool = True
    vote: bool = True
    queue_all: bool = True
    nfr: bool = False
    offline_extended: bool = True
    auth_connector: bool = True


@dataclass
class PendingFailure:
    """An exception a lower layer left behind; the next failing call answers with it."""

    code: str
    text: str = ""


@dataclass
class ForcedRefusal:
    """A refusal given before the method runs, for so many calls (0: until it is taken away)."""

    code: str
    status: int
    text: str = ""
    calls: int = 0


@dataclass
class Switches:
    """Everything the control API can switch."""

    modules: Modules = field(default_factory=Modules)
    plan: PlanFeatures = field(default_factory=PlanFeatures)
    strict_config_list: bool = True
    anonymous: bool = False
    scope_hides_methods: bool = False
    config_storage_fails: bool = False
    quick_answer_storage_fails: bool = False
    message_storage_fails: bool = False
    connector_storage_fails: bool = False
    connector_provider_missing: bool = False
    locked_chats: set[int] = field(default_factory=set)
    load_failures: dict[int, str] = field(default_factory=dict)
    remote_lines: dict[str, str] = field(default_factory=dict)
    pending: PendingFailure | None = None
    hold: ForcedRefusal | None = None
