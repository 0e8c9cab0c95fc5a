"""The assistants of the stories, each with its own server."""

from contextlib import AbstractContextManager

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH
from tests.assistant import Assistant, assistant
from tests.served import ServedSandbox


def open_lead(portal: ServedSandbox) -> AbstractContextManager[Assistant]:
    """A support lead's, with every tool."""
    return assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}")


def open_developer(portal: ServedSandbox) -> AbstractContextManager[Assistant]:
    """A developer's, which acts as an application, with the default tools and those of connectors."""
    return assistant(webhook=f"{portal.address}{APPLICATION_PATH}", OPENCHANNELS_TOOLSETS="default,connectors")
