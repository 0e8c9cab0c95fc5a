"""The behaviours of the Open Channels methods, by REST name."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.methods import channels, chatbots, crm_chats, dialogs, messages, network, operators, sessions, statistics
from sandbox.methods.registry import Behaviour

BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType(
    {
        **channels.METHODS,
        **network.METHODS,
        **dialogs.METHODS,
        **operators.METHODS,
        **sessions.METHODS,
        **messages.METHODS,
        **chatbots.METHODS,
        **crm_chats.METHODS,
        **statistics.METHODS,
    }
)
