"""The settings of lines, read from the portal."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from tools.channels import ConfigGet, ConfigListGet
from tools.statistics import V2OperatorList
from workflows.core.context import Context, together
from workflows.core.pagination import count, pages
from workflows.lines.line import Line


async def read(context: Context, ids: Sequence[int]) -> list[Line]:
    """Lines with what was put into their queues, departments included."""
    settings, entries = await together(
        lambda: context.ask_all(ConfigGet(config_id=one) for one in ids),
        partial(context.ask, ConfigListGet(select=["ID"], filter={"@ID": list(ids)}, config_queue=True, limit=200)),
    )
    put = {row.get("ID"): row.get("CONFIG_QUEUE") for row in entries}
    return [Line({**line, "CONFIG_QUEUE": put.get(line.get("ID"))}) for line in settings]


async def with_presence(context: Context, lines: Sequence[Line]) -> list[Line]:
    """The same lines with who is online; unchanged where the plan or the rights hide it."""
    from portal.errors import RefusedError

    question = partial(V2OperatorList, config_id_list=[line.id for line in lines])
    try:
        loads = await pages(context, question, "operators")
    except RefusedError:
        return list(lines)
    present: dict[int, dict[int, str]] = defaultdict(dict)
    for load in loads:
        present[count(load.get("configId"))][count(load.get("userId"))] = str(load.get("status"))
    return [replace(line, presence=present[line.id]) for line in lines]
