"""Traces and recalls on paper."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from reportlab.platypus import Flowable

from p2p.core import paper
from p2p.core.clock import now
from p2p.core.web import formats
from p2p.inventory.traced import Line


def trace_sheet(starts: str, lines: Sequence[Line]) -> bytes:
    """The trace as a list: what, how much, where it is now."""
    heads = (_("Way"), _("Item"), _("Number"), _("Made"), _("Of the trace"), _("Where it is"))
    facts = ((_("Begins with"), starts[:300]), (_("As of"), formats.moment(now())))
    rows = [_row(line) for line in lines]
    story: list[Flowable] = [
        paper.head(_("Trace"), (lines[0].number if lines else "")[:40] or "–", "", facts),
        paper.gap(4),
        paper.table(heads, rows, (20, 40, 34, 18, 20, 52), right=(3, 4)),
        paper.gap(3),
        paper.text(_("≈ marks what is shared out by proportion, because lots were mixed."), paper.SMALL),
    ]
    return paper.pdf(story, title=_("Trace"))


def _row(line: Line) -> list[Flowable | str | list[Flowable]]:
    where = (
        (_("in stock"), line.stock),
        (_("in process"), line.process),
        (_("at a vendor"), line.vendor),
        (_("shipped"), line.shipped),
        (_("scrapped"), line.scrapped),
        (_("consumed"), line.consumed),
    )
    words = ", ".join(f"{formats.number(quantity)} {name}" for name, quantity in where if quantity)
    if line.held:
        words = f"{_('ON HOLD')}: {words}"
    share = formats.number(line.share)
    return [
        f"{line.depth} {line.way}",
        [paper.text(line.item, paper.BOLD), paper.text(line.name)],
        line.number,
        paper.text(f"{formats.number(line.made)} {line.unit}", paper.RIGHT),
        paper.text(share if line.exact else f"≈ {share}", paper.RIGHT),
        [paper.text(words or "–"), paper.text(line.parties)],
    ]
