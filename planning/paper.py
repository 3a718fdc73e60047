"""What travels with goods to a customer: the delivery note, with codes that a scanner reads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from p2p.core import paper
from p2p.core.web import formats
from p2p.inventory.models import Move
from planning import selectors
from planning.models import DemandMove

CODES = 46  # of the page's shares: millimetres on A4


def delivery_note(row: DemandMove) -> bytes:
    """The delivery note a delivery is on: all that went to the customer with it and was not taken back."""
    rows = _lines(row)
    customer = row.demand.customer
    number = row.delivery_note or str(row.demand)
    facts = (
        (_("To"), f"{customer.name} ({customer.number})" if customer else "–"),
        (_("From"), row.demand.site.name),
        (_("Orders"), ", ".join(sorted({one.demand.number for one in rows}))),
        (_("Delivered"), paper.moment(row.move.effective_at)),
    )
    heads = (_("Item"), _("Name"), _("Quantity"), _("Lot or serial"), _("Order"), "")
    story: list[Flowable] = [
        paper.head(_("Delivery note"), number, row.demand.site.name, facts),
        paper.gap(4),
        paper.table(heads, [_line(one) for one in rows], (26, 40, 18, 26, 24, CODES), right=(2,)),
        paper.gap(14),
        paper.text(_("Received: day, name"), paper.SMALL),
    ]
    return paper.pdf(story, title=f"{_('Delivery note')} {number}")


def _lines(row: DemandMove) -> list[DemandMove]:
    found = selectors.deliveries().filter(
        move__kind=Move.Kind.DELIVERY, move__reverses=None, move__reversed_by=None
    )
    if not row.delivery_note:
        return [row]
    mine = found.filter(
        delivery_note=row.delivery_note, demand__customer=row.demand.customer, demand__site=row.demand.site
    )
    return list(mine.order_by("demand__number", "demand__line", "pk")) or [row]


def _line(row: DemandMove) -> list[Any]:
    item, piece = row.move.item, row.move.serial or row.move.lot
    return [
        paper.text(item.number, paper.BOLD),
        paper.text(item.name),
        paper.text(f"{formats.number(row.move.quantity)} {item.unit}", paper.RIGHT),
        paper.text(piece.number if piece else "–"),
        paper.text(str(row.demand)),
        paper.coded(piece.number if piece else item.number, height=8 * mm, width=CODES * paper.width() / 180),
    ]
