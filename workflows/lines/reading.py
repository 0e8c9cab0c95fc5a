"""Lines as the portal shows them to somebody who wants to judge or describe them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tools.channels import ConfigGet, ConfigListGet
from tools.method import UnexpectedResultError
from tools.result_types import read_whole
from tools.statistics import V2OperatorList
from workflows.core.attempts import ask_tolerantly, describe_failure, is_failure, read_helper
from workflows.core.context import Context, run_together
from workflows.core.pagination import read_pages
from workflows.core.rows import RowReader, UnclearRows
from workflows.directory.presence import STATUSES
from workflows.lines.line import OpenLine

NOT_TOLD = "not told"
"""Stands for what the portal did not tell of a line's queue: it is no list, so nobody takes it for an empty one."""


async def read_lines(context: Context, ids: Sequence[int], missing: list[str]) -> list[OpenLine]:
    """The settings of lines, in the order of `ids`, each with CONFIG_QUEUE: the entries of its queue.

    A line whose settings cannot be had is left out, and `missing` names it.

    Raises:
        PortalError: The portal shows none of the lines.
        RefusedByResultError: The same.
        UnexpectedResultError: The same; none of the answers can be read.
    """
    question = ConfigListGet(select=["ID"], filter={"@ID": list(ids)}, config_queue=True, limit=200)
    entries, *found = await run_together(
        partial(read_helper, partial(context.ask, question), None, "what was put into the queues", missing),
        *(partial(ask_tolerantly, context, ConfigGet(config_id=one)) for one in ids),
    )
    found = [answer or UnexpectedResultError("config.get gave no settings at all") for answer in found]
    failures = [answer for answer in found if is_failure(answer)]
    if len(failures) == len(found):
        raise failures[0]
    missing += [
        f"line {one} ({describe_failure(answer)})" for one, answer in zip(ids, found, strict=True) if is_failure(answer)
    ]
    put = {read_whole(row.get("ID")): row.get("CONFIG_QUEUE") for row in entries or () if isinstance(row, dict)}
    return [
        OpenLine({**answer, "ID": one, "CONFIG_QUEUE": put.get(one, NOT_TOLD)})
        for one, answer in zip(ids, found, strict=True)
        if not is_failure(answer)
    ]


async def add_presence(context: Context, lines: Sequence[OpenLine], missing: list[str]) -> list[OpenLine]:
    """The same lines with who of their operators is online; unchanged where the plan or the rights hide it.

    What cannot be read of it is named in `missing`, and counts as somebody of every line whom it may be about.
    """
    from portal.errors import RefusedError

    unclear = UnclearRows()
    question = partial(V2OperatorList, config_id_list=[line.id for line in lines])

    async def read() -> list[dict[str, Any]]:
        try:
            return await read_pages(context, question, "operators", unclear)
        except RefusedError:
            return []

    loads = await read_helper(read, [], "who is online", missing)
    present: dict[int, dict[int, str]] = defaultdict(dict)
    for load in loads:
        row = RowReader(load)
        line, user = row.read_id("configId", required=True), row.read_id("userId", required=True)
        status = row.read_code("status", STATUSES, required=True)
        unclear.add("operator", row.unclear, f"user {user}" if user else "")
        for one in [line] if line else [line.id for line in lines]:
            present[one][user] = "" if row.unclear else status
    missing += unclear.describe()
    return [replace(line, presence=present[line.id]) for line in lines]
