"""An embedded Bitrix24 portal for Open Channels: the real wire, state in memory."""
