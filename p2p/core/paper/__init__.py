"""Paper: pages, tables, labels and codes that every app prints with, in letters of any script that it can set."""

from p2p.core.paper.codes import Box, QrCode, bars, coded
from p2p.core.paper.dates import day, moment
from p2p.core.paper.label import Label, labels
from p2p.core.paper.letters import plain
from p2p.core.paper.page import gap, head, pdf, table, width
from p2p.core.paper.picture import picture
from p2p.core.paper.styles import BOLD, HEAD, LINE, PART, RIGHT, SMALL, SMALL_RIGHT, STEP, TEXT, marked, text

__all__ = [
    "BOLD", "HEAD", "LINE", "PART", "RIGHT", "SMALL", "SMALL_RIGHT", "STEP", "TEXT", "Box", "Label", "QrCode",
    "bars", "coded", "day", "gap", "head", "labels", "marked", "moment", "pdf", "picture", "plain", "table", "text",
    "width",
]  # fmt: skip
