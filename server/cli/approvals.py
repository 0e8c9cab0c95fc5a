"""Commands for the person who answers for the calls: settle what waits, look at what happened."""

import getpass
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from server.cli.options import WrongUsageError, make_guard_settings, read_settings, settings_options
from server.config.settings import Settings
from tools.fence import quote_marked
from tools.untrusted import escape_invisible, escape_invisible_in_json

if TYPE_CHECKING:
    from server.approvals.store import Approval, ApprovalStore
    from server.audit.log import AuditLog


def _open_approvals(settings: Settings) -> "ApprovalStore":
    from server.approvals.store import ApprovalStore
    from server.storage.database import State

    return ApprovalStore(State.in_folder(settings.state_folder), keys=make_guard_settings(settings).audit.keys)


def _open_log(settings: Settings) -> "AuditLog":
    from server.audit.log import AuditLog

    guard = make_guard_settings(settings)
    return AuditLog(guard.folder / "audit.jsonl", guard.audit)


@click.group()
def approvals() -> None:
    """Calls that wait for a person: list, show, approve, deny."""


@approvals.command("list")
@click.option("--all", "everything", is_flag=True, help="The settled ones too.")
@settings_options
def list_approvals(context: click.Context, *, everything: bool) -> None:
    """List the calls that wait."""
    found = [one for one in _open_approvals(read_settings(context)).list_all() if everything or one.stage == "pending"]
    for one in found:
        click.echo(escape_invisible(f"{one.id}  {one.stage:8}  {_format_time(one.asked)}  {one.caller}  {one.tool}"))
    if not found:
        click.echo("Nothing waits.")


@approvals.command()
@click.argument("approval_id")
@settings_options
def show(context: click.Context, *, approval_id: str) -> None:
    """Show one call: what would be done, with exactly which arguments."""
    from server.privacy.masker import PortalMasks

    approvals = _open_approvals(read_settings(context))
    found = approvals.get(approval_id)
    if found is None:
        raise WrongUsageError(f"there is no approval {approval_id[:40]}")
    click.echo(escape_invisible(PortalMasks(approvals.state, found.portal).show_originals(_describe_approval(found))))


@approvals.command()
@click.argument("approval_id")
@settings_options
def approve(context: click.Context, *, approval_id: str) -> None:
    """Let one call be made, once, by the server that asked."""
    _settle(context, approval_id, approve=True)


@approvals.command()
@click.argument("approval_id")
@settings_options
def deny(context: click.Context, *, approval_id: str) -> None:
    """Forbid one call."""
    _settle(context, approval_id, approve=False)


def _settle(context: click.Context, approval_id: str, *, approve: bool) -> None:
    from server.approvals.store import NotPendingError

    settings, by = read_settings(context), getpass.getuser()

    def note(settled: "Approval") -> None:
        facts = {"caller": settled.caller, "portal": settled.portal, "tool": settled.tool, "arguments": {}}
        _open_log(settings).write("approved" if approve else "denied", **facts, approval=settled.id, by=by)

    try:
        settled = _open_approvals(settings).settle(approval_id, approve=approve, by=by, note=note)
    except NotPendingError as error:
        raise click.ClickException(str(error)) from None
    until = f"the server that asked makes the call within a second, if it runs until {_format_time(settled.expires)}"
    click.echo(f"{settled.id} is approved; {until}." if approve else f"{settled.id} is denied; nothing is sent.")


def _format_entry(entry: Mapping[str, Any]) -> str:
    """When, what became of it, who asked from where, the tool with its arguments, and what else is known."""
    who = " at ".join(filter(None, (str(entry.get("caller", "?")), str(entry.get("client", "")))))
    words = json.dumps(entry.get("arguments"), ensure_ascii=False)
    more = [f"{name}: {entry[name]}" for name in ("approval", "by", "code", "why") if entry.get(name) is not None]
    told = [str(entry.get("at", "?")), f"{entry.get('event', '?')!s:8}", who, str(entry.get("tool", "?")), words, *more]
    return "  ".join(told).replace("\n", " ")


def _describe_approval(one: "Approval") -> str:
    asked, expires = _format_time(one.asked), _format_time(one.expires)
    lines = [
        f"Approval {one.id}: {one.stage}, asked {asked} by {one.caller}, good until {expires}.",
        f"Portal: {one.portal}",
        one.summary,
        f"Arguments: {escape_invisible(json.dumps(one.arguments, ensure_ascii=False))}",
    ]
    lines += [f"Settled by {one.settled_by}."] if one.settled_by else []
    lines += [f"Answer: {quote_marked(one.reply)}"] if one.reply else []
    return "\n".join(lines)


def _format_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(" ", "seconds")


@click.group()
def audit() -> None:
    """The log of every call that is more than reading: verify, show."""


@audit.command()
@settings_options
def verify(context: click.Context) -> None:
    """Check that no line was changed, removed or moved."""
    try:
        verdict = _open_log(read_settings(context)).verify()
    except OSError as error:
        raise click.ClickException(f"the audit log cannot be checked: {error}") from None
    if verdict.problem:
        click.echo(escape_invisible(f"The audit log is not whole: {verdict.problem}."), err=True)
        sys.exit(1)
    if not verdict.lines:
        click.echo("There is no audit log: nothing was written yet, or it was removed with its key.", err=True)
        sys.exit(1)
    click.echo(f"The audit log is whole: {verdict.lines} lines.")
    for note in verdict.notes:
        click.echo(escape_invisible(f"{note[0].upper()}{note[1:]}."))


@audit.command("show")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="So many lines.")
@click.option("--json", "as_json", is_flag=True, help="As they are in the file.")
@settings_options
def show_log(context: click.Context, *, last: int, as_json: bool) -> None:
    """Show the newest lines."""
    from collections import deque

    try:
        entries = deque(_open_log(read_settings(context)).entries(), maxlen=last)
    except ValueError:
        raise click.ClickException("the log has a line that cannot be read: see audit verify") from None
    for entry in entries:
        if as_json:
            click.echo(escape_invisible_in_json(json.dumps(entry, ensure_ascii=False)))
            continue
        click.echo(escape_invisible(_format_entry(entry)))
