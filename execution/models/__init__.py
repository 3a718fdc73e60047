"""What happened on the floor: picked, clocked, reported, scrapped, stopped."""

from execution.models.device import Badge, Device, PrintedDocument
from execution.models.downtime import Downtime
from execution.models.material import Adjustment, GivenUp, MaterialMove, OutputMove, Variation
from execution.models.pick import PickLine, PickList
from execution.models.report import Clocking, Report
from execution.models.wip import WipMove

__all__ = [
    "Adjustment",
    "Badge",
    "Clocking",
    "Device",
    "Downtime",
    "GivenUp",
    "MaterialMove",
    "OutputMove",
    "PickLine",
    "PickList",
    "PrintedDocument",
    "Report",
    "Variation",
    "WipMove",
]
