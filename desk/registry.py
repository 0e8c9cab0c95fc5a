"""All composite tools, in the order in which they are listed."""

from desk.channel_audit import ChannelAudit
from desk.channel_overview import ChannelOverview
from desk.channel_report import ChannelReport
from desk.composite import Composite
from desk.portal_check import PortalCheck

COMPOSITES: tuple[type[Composite], ...] = (PortalCheck, ChannelReport, ChannelOverview, ChannelAudit)
