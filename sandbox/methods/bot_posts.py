"""The events of bots in webhook mode, handed to the outbox for the bot's own address."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.domain.events import MOST_LEVELS
from sandbox.state.company import Company
from sandbox.state.outbox import Delivery
from sandbox.state.people import Bot
from sandbox.views.messenger_events import BotEvent

WEBHOOK_OWNER = "custom"


def post_to_bot(company: Company, event: BotEvent, at: datetime) -> None:
    """Hand an event to the outbox; registering was the binding.

    The bot of a webhook is posted to only if its address has its token as `CLIENT_ID`; the token, after the word
    `custom`, is what shows that the post comes from the portal. Source: the modules `im` and `imbot` of the portal.
    """
    bot, application = event.bot, event.bot.client_id in company.oauth.applications
    level = company.happenings.cause.level + 1
    if not bot.webhook_url or level > MOST_LEVELS or not (application or _names_itself(bot)):
        return
    delivery = Delivery(
        event.type,
        bot.webhook_url,
        bot.user_id,
        bot.client_id if application else "",
        _fill_nulls(event.data),
        at,
        user_id=bot.user_id if application and company.find_employee(bot.user_id) else 0,
        refresh=application,
        level=level,
        application_token="" if application else bot.client_id,
    )
    company.outbox.put(delivery)


def _names_itself(bot: Bot) -> bool:
    given = parse_qs(urlsplit(bot.webhook_url).query).get("CLIENT_ID")
    return given == [bot.client_id.removeprefix(WEBHOOK_OWNER)]


def _fill_nulls(value: Any) -> Any:
    """A value with empty texts for null, which a form for bots has where others leave it out."""
    if isinstance(value, dict):
        return {name: _fill_nulls(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill_nulls(item) for item in value]
    return "" if value is None else value
