"""All composite tools, in the order in which they are listed."""

from desk.channel_audit import ChannelAudit
from desk.channel_overview import ChannelOverview
from desk.channel_report import ChannelReport
from desk.close_dialog import CloseDialog
from desk.composite import Composite
from desk.dialog import Dialog
from desk.hand_over import HandOver
from desk.inbox import Inbox
from desk.portal_check import PortalCheck
from desk.reply import Reply

COMPOSITES: tuple[type[Composite], ...] = (
    PortalCheck,
    Inbox,
    Dialog,
    Reply,
    HandOver,
    CloseDialog,
    ChannelReport,
    ChannelOverview,
    ChannelAudit,
)
