"""Traces and recalls on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from reportlab.platypus import Flowable, PageBreak

from p2p.core import paper
from p2p.core.clock import now
from p2p.core.web import formats
from p2p.inventory.models import Recall, RecallLine
from p2p.inventory.traced import Line


def trace_sheet(starts: str, lines: Sequence[Line]) -> bytes:
    """The trace as a list: what, how much, where it is now."""
    heads = (_("Way"), _("Item"), _("Number"), _("Made"), _("Of the trace"), _("Where it is"))
    facts = ((_("Begins with"), starts[:300]), (_("As of"), paper.moment(now())))
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
        (_("returned to the vendor"), line.returned),
        (_("shipped"), line.shipped),
        (_("scrapped"), line.scrapped),
        (_("consumed"), line.consumed),
        (_("of it on order"), line.of_it_on_order),
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


def letters(recall: Recall, parties: Mapping[str, Sequence[RecallLine]]) -> bytes:
    """A page per customer: what of the recall they got, by lot or serial number and delivery."""
    story: list[Flowable] = []
    for party, lines in parties.items():
        if story:
            story.append(PageBreak())
        story += _letter(recall, party, lines)
    return paper.pdf(story, title=f"{_('Recall')} {recall.number}")


def _letter(recall: Recall, party: str, lines: Sequence[RecallLine]) -> list[Flowable]:
    heads = (_("Item"), _("Lot or serial number"), _("Quantity"), _("Your order"), _("Delivery"))
    facts = [(_("To"), party), (_("Why"), recall.title), (_("Date"), paper.day(localtime(now()).date()))]
    if recall.site:
        facts.append((_("From"), recall.site.name))
    asked = _("Please do not use what is listed here, keep it apart, and tell us how much of it you have.")
    rows = [
        [
            [paper.text(line.item.number, paper.BOLD), paper.text(line.item.name)],
            str(line.serial or line.lot or "–"),
            paper.text(f"{formats.number(line.quantity)} {line.item.unit.code}", paper.RIGHT),
            line.reference or "–",
            line.note or "–",
        ]
        for line in lines
    ]
    return [
        paper.head(_("Recall"), recall.number, recall.site.name if recall.site else "", facts),
        paper.gap(6),
        paper.text(asked),
        paper.gap(4),
        paper.table(heads, rows, (60, 40, 22, 30, 34), right=(2,)),
        paper.gap(14),
        paper.text(
            _("Found and kept apart: ____________    Already used: ____________    Signature: ____________")
        ),
    ]
