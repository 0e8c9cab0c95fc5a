"""The behaviours of the methods of Open Channels, connectors, the messenger and users, by REST name."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.methods import (
    bot_chats,
    bots,
    channel_messages,
    channels,
    chatbots,
    connectors,
    crm_chats,
    dialogs,
    events,
    files,
    messages,
    messenger,
    network,
    offline_events,
    operators,
    posting,
    sessions,
    statistics,
    user_events,
    users,
)
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
        **messenger.METHODS,
        **posting.METHODS,
        **user_events.METHODS,
        **bots.METHODS,
        **bot_chats.METHODS,
        **files.METHODS,
        **users.METHODS,
        **connectors.METHODS,
        **channel_messages.METHODS,
        **events.METHODS,
        **offline_events.METHODS,
    }
)
