"""A small company to begin with; the same at every start, at Monday 2026-03-16 10:00 +01:00.

Users: 1 Anna Keller (administrator), 2 Martin Vogel (supervisor), 3 Olga Smirnova, 4 James Carter and
5 Sofia Marino (operators), 6 Peter Novak (dismissed), 7 Lena Hoffmann (extranet), 8 Tom Becker (no rights),
9 Helpie (a webhook's bot, CLIENT_ID `sandbox-bot-client`), 10 Concierge (bot of the application `local.sandbox`),
11 Partner Support (bot of a joined network line). Clients have the ids 101 to 121.

Lines: 1 Website support (live chat, evenly, closing text and vote), 2 Sales (Telegram, all), 3 VIP (WhatsApp, strictly,
closes at once), 4 Spring campaign (inactive), 5 Night desk (live chat, a bot answers first).

Chats 201 to 221, each with the session of its number plus 100 (201 has session 301); 212 and 221 have a second session,
332 and 341. Chat 219 began in line 5 and was moved to line 1. Chats without clients: 220 is a group, 222 that of Martin
and Olga, 223 that of the whole company, where only administrators may write.
Connectors of the application: sandbox_chat (one chat a client) and sandbox_forum (group chats), both on line 1.
CRM: leads 501 to 503, deal 601, contact 701, company 801. Messages count from 1001, files from 5001.
"""

from sandbox.domain.events import listen_to_happenings
from sandbox.seed.build import NETWORK_CODES, add_conversations
from sandbox.seed.people_and_lines import (
    APP_TOKEN,
    APPLICATION_ID,
    BOT_CLIENT_ID,
    CONNECTOR,
    GROUP_CONNECTOR,
    SESSION_TOKEN,
    TOKENS,
    add_lines_and_keys,
    add_people,
)
from sandbox.state.company import Company
from sandbox.state.oauth import APPLICATION_SECRET, RegisteredApplication

ADMIN_WEBHOOK_PATH = f"/rest/1/{TOKENS['admin']}/"
SUPERVISOR_WEBHOOK_PATH = f"/rest/2/{TOKENS['supervisor']}/"
OPERATOR_WEBHOOK_PATH = f"/rest/3/{TOKENS['operator']}/"
SECOND_OPERATOR_WEBHOOK_PATH = f"/rest/4/{TOKENS['second operator']}/"
EXTRANET_WEBHOOK_PATH = f"/rest/7/{TOKENS['extranet']}/"
NO_RIGHTS_WEBHOOK_PATH = f"/rest/8/{TOKENS['no rights']}/"
NO_SCOPE_WEBHOOK_PATH = f"/rest/1/{TOKENS['no scope']}/"
INACTIVE_WEBHOOK_PATH = f"/rest/1/{TOKENS['inactive']}/"
DISMISSED_WEBHOOK_PATH = f"/rest/6/{TOKENS['dismissed']}/"
APPLICATION_PATH = f"/rest/1/{APP_TOKEN}/"
SESSION_PATH = f"/rest/1/{SESSION_TOKEN}/"

__all__ = [
    "ADMIN_WEBHOOK_PATH",
    "APPLICATION_ID",
    "APPLICATION_PATH",
    "APPLICATION_SECRET",
    "BOT_CLIENT_ID",
    "CONNECTOR",
    "DISMISSED_WEBHOOK_PATH",
    "EXTRANET_WEBHOOK_PATH",
    "GROUP_CONNECTOR",
    "INACTIVE_WEBHOOK_PATH",
    "NETWORK_CODES",
    "NO_RIGHTS_WEBHOOK_PATH",
    "NO_SCOPE_WEBHOOK_PATH",
    "OPERATOR_WEBHOOK_PATH",
    "SECOND_OPERATOR_WEBHOOK_PATH",
    "SESSION_PATH",
    "SUPERVISOR_WEBHOOK_PATH",
    "create_seeded_company",
]


def create_seeded_company() -> Company:
    """A new company in the state that this module describes."""
    company = Company()
    add_people(company)
    add_lines_and_keys(company)
    add_conversations(company)
    company.oauth.register(RegisteredApplication(APPLICATION_ID, APPLICATION_SECRET, user_id=1))
    listen_to_happenings(company)
    return company
