"""The methods every portal has, whatever its modules: scopes, method lists, the caller's profile, the time."""

from typing import Any

from sandbox.methods import BEHAVIOURS
from sandbox.methods.batch import run_batch
from sandbox.methods.registry import Behaviour, MethodCall, MethodRegistry, refuse_session
from sandbox.views.chats import format_iso

METHODS = MethodRegistry()
BASIC: tuple[str, ...] = ()
BATCH = "batch"
LICENSE = "de_ent250"
EVERY_SCOPE = ("crm", "im", "imbot", "imconnector", "imopenlines", "task", "user", "user_basic", "user_brief")


def find(name: str) -> Behaviour | None:
    """The behaviour of a method, None for an unknown one.

    A name is looked up in lower case first, then as it is spelled; those of the second generation have to be exact.
    Source: the module `rest` of the portal.
    """
    return _BY_LOOKUP.get(name.lower()) or _BY_LOOKUP.get(name)


@METHODS.method("scope", any_case=True, scopes=BASIC)
def scope(call: MethodCall) -> Any:
    """The scopes of the caller, or all that the portal knows."""
    return list(EVERY_SCOPE if call.params.is_filled("FULL") else call.caller.scopes)


@METHODS.method("methods", any_case=True, scopes=BASIC)
def methods(call: MethodCall) -> Any:
    """The methods the caller may use, those of one scope, or all."""
    return sorted(name for name in _BY_LOOKUP if name == name.lower() and _is_listed(call, _BY_LOOKUP[name]))


def _is_listed(call: MethodCall, behaviour: Behaviour) -> bool:
    """Whether `methods` lists a behaviour; the empty SCOPE stands for the methods that need none."""
    wanted = call.params.get("SCOPE")
    if wanted is not None:
        return wanted in behaviour.scopes if wanted != "" else not behaviour.scopes
    return call.params.is_filled("FULL") or behaviour.allows(call.caller.scopes)


@METHODS.method("method.get", any_case=True, scopes=BASIC)
def method_get(call: MethodCall) -> Any:
    """Whether a method is there and may be used."""
    found = find(call.params.read_text("NAME"))
    available = found is not None and found.allows(call.caller.scopes)
    return {"isExisting": found is not None, "isAvailable": available}


@METHODS.method("profile", scopes=BASIC)
def profile(call: MethodCall) -> Any:
    """The caller's user."""
    user = call.company.find_employee(call.user_id)
    if user is None:
        return []
    return {
        "ID": str(user.id),
        "ADMIN": user.admin,
        "NAME": user.first_name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": user.gender,
        "TIME_ZONE": "",
    }


@METHODS.method("server.time", scopes=BASIC)
def server_time(call: MethodCall) -> Any:
    """The portal's time."""
    return format_iso(call.company.clock())


@METHODS.method("app.info", scopes=BASIC)
def app_info(call: MethodCall) -> Any:
    """What a webhook may know of itself, or an application's card."""
    refuse_session(call)
    if call.caller.kind == "webhook":
        return {"SCOPE": list(call.caller.scopes), "LICENSE": LICENSE}
    return {"ID": 1, "CODE": call.caller.client_id, "VERSION": 1, "STATUS": "L", "INSTALLED": True, "LICENSE": LICENSE}


@METHODS.method(BATCH, any_case=True, scopes=BASIC)
def batch(call: MethodCall) -> Any:
    """Run many calls in one."""
    return run_batch(call.params, call.perform, call.company.clock)


_BY_LOOKUP: dict[str, Behaviour] = {
    (name if ".v2." in name else name.lower()): behaviour for name, behaviour in {**BEHAVIOURS, **METHODS}.items()
}
