"""All composite tools."""

from workflows.actions.close_dialog import CloseDialog
from workflows.actions.hand_over import HandOver
from workflows.actions.note import Note
from workflows.actions.reply import Reply
from workflows.core.composite import Composite
from workflows.dialog.tool import Dialog
from workflows.inbox.dialogs import DialogList
from workflows.inbox.tool import Inbox
from workflows.lines.audit import ChannelAudit
from workflows.lines.overview import ChannelOverview
from workflows.portal_check import PortalCheck
from workflows.reports.tool import ChannelReport

COMPOSITES: tuple[type[Composite], ...] = (
    PortalCheck,
    Inbox,
    DialogList,
    Dialog,
    Reply,
    HandOver,
    CloseDialog,
    Note,
    ChannelReport,
    ChannelOverview,
    ChannelAudit,
)
