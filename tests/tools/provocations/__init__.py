"""For every error code of every method: what makes the embedded portal give it."""

from tests.tools.provocations.bots import BOTS
from tests.tools.provocations.common import provoke_gate, provoke_session_auth, provoke_the_rest
from tests.tools.provocations.connectors import provoke_connectors
from tests.tools.provocations.crm import CRM
from tests.tools.provocations.dialogs import DIALOGS
from tests.tools.provocations.lines import LINES
from tests.tools.provocations.messenger import provoke_messenger
from tests.tools.provocations.provocation import Provocation
from tests.tools.provocations.statistics import provoke_statistics

BY_HAND: tuple[Provocation, ...] = (
    *provoke_gate(),
    *provoke_session_auth(),
    *provoke_statistics(),
    *provoke_connectors(),
    *provoke_messenger(),
    *LINES,
    *DIALOGS,
    *CRM,
    *BOTS,
)
HELD = tuple(provoke_the_rest({(one.rest, one.code) for one in BY_HAND}))
"""Codes that nothing above brings about: the portal is told to answer with them."""
PROVOCATIONS = (*BY_HAND, *HELD)
