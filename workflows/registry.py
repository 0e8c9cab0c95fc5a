"""All composite tools."""

from workflows.actions.close_dialog import CloseDialog
from workflows.actions.hand_over import HandOver
from workflows.actions.note import Note
from workflows.actions.reply import Reply
from workflows.core.composite import Composite
from workflows.dialog.tool import Dialog
from workflows.files.tool import FileGet
from workflows.inbox.dialogs import DialogList
from workflows.inbox.tool import Inbox
from workflows.lines.audit import ChannelAudit
from workflows.lines.overview import ChannelOverview
from workflows.lines.quick_replies import QuickReplies
from workflows.portal_check import PortalCheck
from workflows.reports.tool import ChannelReport
from workflows.team.tool import TeamLoad

COMPOSITES: tuple[type[Composite], ...] = (
    PortalCheck,
    Inbox,
    DialogList,
    Dialog,
    FileGet,
    Reply,
    HandOver,
    CloseDialog,
    Note,
    ChannelReport,
    TeamLoad,
    ChannelOverview,
    ChannelAudit,
    QuickReplies,
)
