"""A plant that makes one thing in two versions, and what its plans say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from p2p.inventory.services.ledger import MoveLine, post_within
from planning.models import Peg, ProductionOrder, Proposal
from planning.services.demand import create_demand
from planning.snapshot.known import known_stock
from tests.factories import make_bom, make_group, make_item, make_order, make_route, make_site

FIRST, DUE = date(2026, 3, 2), date(2026, 3, 20)
D = Decimal


class Plant:
    """A bicycle of steel, or by version 2 of alloy; its lead time is three days."""

    def __init__(self, tracking="none"):
        self.site = make_site("PLANT")
        self.bike = make_item("BIKE", supply="make", tracking=tracking, policy={"lead_time_days": 3})
        steel, alloy = make_item("STEEL", supply="buy"), make_item("ALLOY", supply="buy")
        self.usual, self.light = (
            make_bom(self.bike, {steel: 1}),
            make_bom(self.bike, {alloy: 1}, version=2, state="approved"),
        )
        group = make_group(self.site)
        self.short = make_route(self.bike, [{"group": group}])
        self.long = make_route(self.bike, [{"group": group}, {"group": group}], version=2, state="approved")
        self.places = {place.code: place for place in self.site.locations.all()}
        self.store = self.places["STORE"]

    def want(self, number, quantity, **also):
        return create_demand(
            number=number, site=self.site, item=self.bike, quantity=D(quantity), ordered_on=FIRST,
            due_on=also.pop("due_on", DUE), by=None, **also,
        )  # fmt: skip

    def order(self, bom, quantity, route=None, **also):
        return make_order(
            self.bike, quantity, site=self.site, bom=bom, route=route or self.short,
            **{"due_on": date(2026, 3, 13), **also},
        )  # fmt: skip

    def make(self, order, quantity, at=None, **piece):
        """So much of the order comes into the store, which is all it will bring."""
        moves = self.move(
            quantity, self.places["PRODUCTION"], self.store, "output", order.number, at, **piece
        )
        good = order.good_quantity + D(quantity)
        ProductionOrder.objects.filter(pk=order.pk).update(state="ended", good_quantity=good)
        order.refresh_from_db()
        return moves

    def move(self, quantity, source, target, kind, reference="", at=None, **piece):
        line = MoveLine(
            item=self.bike, source=source, target=target, quantity=D(quantity), kind=kind, reference=reference,
            effective_at=at, **piece,
        )  # fmt: skip
        return post_within(lines=[line], by=None)

    def known(self):
        return [(one.bom, one.quantity) for one in known_stock(self.site, {self.bike.pk})]


def bikes(run):
    """(quantity, version) of what is proposed of the bicycle."""
    rows = Proposal.objects.filter(run=run, item__number="BIKE").order_by("number")
    return [(int(row.quantity), row.bom.version) for row in rows]


def cover(run, number):
    """What serves a demand line: stock, the number of an order, or a proposal; and how much."""
    rows = Peg.objects.filter(run=run, need_demand__number=number)
    return sorted(
        (
            "stock" if row.supply_stock else row.supply_order.number if row.supply_order else "proposal",
            int(row.quantity),
        )
        for row in rows
    )
