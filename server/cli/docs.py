"""Commands about the documentation: search and read it, bring the official one here, hold our classes against that."""

import dataclasses
import json
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from server.cli.options import WrongUsageError, read_settings

if TYPE_CHECKING:  # start-up needs none of it
    from reference.mirror.drift import Difference, Drift
    from reference.mirror.sync import Synced
    from server.catalogue.docs_tools import DocumentationTool


@click.group("docs")
def docs_commands() -> None:
    """Search and read the documentation; bring the official one here and compare it with the tools."""


@docs_commands.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 20), default=5, show_default=True)
@click.option("--kind", metavar="KIND", help="method, event, guide, section, tool, error or official.")
@click.option("--json", "as_json", is_flag=True, help="Print the structured result.")
@click.pass_context
def search(context: click.Context, *, query: tuple[str, ...], limit: int, kind: str | None, as_json: bool) -> None:
    """Search our pages, and the official ones once they are here: by name, or by a question in English or Russian."""
    from server.catalogue.docs_tools import DocsSearch

    _look_up(context, DocsSearch, {"query": " ".join(query), "limit": limit, "kind": kind}, as_json=as_json)


@docs_commands.command()
@click.argument("page")
@click.option("--section", metavar="HEADING", help="Only this part of the page.")
@click.pass_context
def read(context: click.Context, *, page: str, section: str | None) -> None:
    """Read a page by its address, or by the name of a method, event, tool or error code."""
    from server.catalogue.docs_tools import DocsRead

    _look_up(context, DocsRead, {"uri": page, "section": section}, as_json=False)


def _look_up(
    context: click.Context, tool: "type[DocumentationTool]", arguments: dict[str, Any], *, as_json: bool
) -> None:
    import anyio

    from server.catalogue.context import DocumentationContext
    from server.catalogue.documentation import Documentation
    from tools.tool import InvalidArgumentsError

    documentation = Documentation(read_settings(context).docs_folder.expanduser())
    try:
        call = tool.from_tool(arguments)
        result = anyio.run(call.run, DocumentationContext({}, documentation))
    except InvalidArgumentsError as error:
        raise WrongUsageError(str(error)) from None
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else call.whole(result))


@docs_commands.command()
@click.option("--lang", type=click.Choice(["en", "ru", "all"]), default="all", show_default=True)
@click.option(
    "--from",
    "origins",
    multiple=True,
    metavar="PATH_OR_URL",
    help="A folder, a tar.gz or zip archive, or an address, instead of the public one; may be given twice.",
)
@click.pass_context
def sync(context: click.Context, *, lang: str, origins: tuple[str, ...]) -> None:
    """Bring the official documentation here, or up to date; what is here serves until the new state is complete."""
    from portal.proxies import BlockingProxyTransport, ProxySettingError
    from reference.mirror.languages import LANGUAGES
    from reference.mirror.sync import SyncError
    from reference.mirror.sync import sync as sync_one

    folder = read_settings(context).docs_folder.expanduser()
    wanted = None if lang == "all" else lang
    public = [(language.archive, code) for code, language in LANGUAGES.items() if wanted in {None, code}]
    failed = False
    for origin, code in [(origin, wanted) for origin in origins] or public:
        start = time.monotonic()
        try:
            with _Progress(" ".join(filter(None, ("Official documentation", code)))) as progress:
                synced = sync_one(folder, origin, code, progress.show, BlockingProxyTransport())
        except (SyncError, ProxySettingError) as error:
            click.echo(f"Error: {error}. What was there before still serves.", err=True)
            failed = True
        else:
            click.echo(_describe_sync(synced, time.monotonic() - start))
    sys.exit(1 if failed else 0)


@docs_commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print the structured result.")
@click.pass_context
def drift(context: click.Context, *, as_json: bool) -> None:
    """Hold the tools and events against the official pages; ends with 1 where they differ and nobody knows why."""
    from reference.mirror.drift import compare_pages as compare
    from reference.mirror.drift import read_known_differences
    from reference.mirror.mirror import Mirror
    from reference.mirror.store import NoMirrorError

    mirror = Mirror(read_settings(context).docs_folder.expanduser())
    try:
        found = compare(mirror.originals("en"), read_known_differences())
    except NoMirrorError as reason:
        raise WrongUsageError(f"English documentation: {reason}") from None
    click.echo(
        json.dumps(dataclasses.asdict(found), ensure_ascii=False) if as_json else "\n".join(_describe_drift(found))
    )
    sys.exit(1 if found.unknown else 0)


class _Progress:
    """A bar on a terminal's standard error for each step; elsewhere nothing."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._step = ""
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def show(self, step: str, done: int, total: int | None) -> None:
        """One more piece is done."""
        if not sys.stderr.isatty():
            return
        if step != self._step:
            self._end()
            self._step = step
            self._bar = click.progressbar(length=total or 0, label=f"{self._title}: {step}", file=sys.stderr)
            self._bar.render_progress()
        self._bar.update(done - self._bar.pos)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


def _describe_sync(synced: "Synced", seconds: float) -> str:
    from reference.mirror.languages import LANGUAGES

    pages = f"{LANGUAGES[synced.lang].name}: {synced.pages:,} pages as of {synced.dated}"
    if not synced.rebuilt:
        return f"{pages}, nothing has changed ({seconds:.1f} s)."
    megabytes = synced.database.stat().st_size / 1e6
    changes = f"{synced.new:,} new, {synced.changed:,} changed, {synced.gone:,} gone"
    return f"{pages} ({changes}) in {seconds:.1f} s, {megabytes:.1f} MB in {synced.database}."


def _describe_drift(found: "Drift") -> Iterator[str]:
    yield f"Compared with {found.methods} methods and {found.events} events of the official pages."
    if found.unknown:
        yield f"\nUnknown differences ({len(found.unknown)}):"
        yield from (f"  {difference.where}: {difference.words}" for difference in found.unknown)
    if found.known:
        yield f"\nKnown differences ({len(found.known)}):"
        yield from _group_by_reason(found.known)
    if found.stale:
        where = "reference/mirror/known.toml"
        yield f"\nKnown differences that are no more; take them out of {where} ({len(found.stale)}):"
        yield from (f"  {entry}" for entry in found.stale)
    if not found.unknown:
        yield "\nNothing unknown."


def _group_by_reason(known: "Iterable[Difference]") -> Iterator[str]:
    def reason(difference: "Difference") -> str:
        return difference.reason

    for why, differences in groupby(sorted(known, key=reason), reason):
        yield f"  {why[:1].upper()}{why[1:]}:"
        yield from (f"    {difference.where}" for difference in differences)
