"""What the portal itself calls its lines, channels and employees, asked for once before anybody can claim a name."""

from contextlib import suppress

import anyio

from workflows.core.context import Context

SECONDS = 5.0
"""For all of it; who was not heard by then is met in other answers."""
PAGE, MOST_PAGES = 50, 20


async def meet_portal(context: Context) -> None:
    """Let whoever listens to the context hear of lines, channels and employees; what is refused is left out."""
    from portal.errors import PortalError
    from tools.channels import ConfigListGet
    from tools.connectors import ImconnectorList
    from tools.messenger import UserGet
    from tools.method import RefusedByResultError, UnexpectedResultError
    from workflows.core.errors import ForbiddenError

    refusals = (PortalError, RefusedByResultError, UnexpectedResultError, ForbiddenError)
    with anyio.move_on_after(SECONDS):
        for question in (ConfigListGet(select=["ID", "LINE_NAME"]), ImconnectorList()):
            with suppress(*refusals):
                await context.ask(question)
        with suppress(*refusals):
            for page in range(MOST_PAGES):
                users = await context.ask(UserGet(start=page * PAGE, detail="full"))
                if len(users) < PAGE:
                    break
