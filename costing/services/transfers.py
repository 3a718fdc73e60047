"""Goods between sites in money: out of one site's books, carried on the road at that, into the other's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.db.models import Case, F, Subquery, Sum, When

from costing.models import Entry, Posting, Valuation
from costing.services.entries import Draft, Line, money, pair, reversal, write
from costing.services.post import Standards, in_site_money, standards_for
from p2p.core.fields import QuantityField
from p2p.core.models import User
from p2p.core.numbers import decimal_of
from p2p.inventory.models import Move
from planning.models import ReplenishmentOrder
from strategies.models import Location, Site

Account = Posting.Account
Amounts = dict[int | None, Decimal]
"""Element -> money."""
NO_MORE: Mapping[str, str] = {Move.Kind.SCRAP: Account.SCRAP, Move.Kind.ADJUSTMENT: Account.ADJUSTMENT}
"""Account of what comes to an end on the road."""


@transaction.atomic(savepoint=False)
def post_transfer(*, order: ReplenishmentOrder, moves: Sequence[Move], by: User | None) -> list[Entry]:
    """What left, arrived or got lost for a transfer order, told by the ends of each move; nothing between two places
    of one site but losses.

    Leaving, the sending site gives at its standard and the receiving one has it in transit; arriving, it comes into
    stock at the standard there, and the difference is the transfer variance. Lost: scrapped at what it was worth.
    A move taken back mirrors its own entries; what is still carried when nothing travels any more, because a part came
    in at the worth of all, is transfer variance. Refused without an exchange rate between two currencies.
    """
    if order.from_location is None:
        return []
    fresh = [move for move in moves if move.reverses_id is None]
    books = _Books(order, order.from_location.site, fresh)
    drafts = [draft for move in fresh for draft in books.of(move)]
    books.value(fresh)
    back = [move for move in moves if move.reverses_id]
    written = write(drafts=drafts + _mirrors(back), by=by)
    return written + write(drafts=books.rest(back[-1]), by=by) if back and books.apart else written


@transaction.atomic(savepoint=False)
def post_weighed(*, moves: Sequence[Move], by: User | None) -> list[Entry]:
    """Weight that the last pieces had less on the road than booked: out of what is carried for their order, against
    adjustments. One query where there is such a move, else none, and those of `post_transfer`."""
    found = [
        move
        for move in moves
        if move.kind == Move.Kind.ADJUSTMENT and Location.Kind.TRANSIT in (move.source.kind, move.target.kind)
    ]
    if not found:
        return []
    orders = ReplenishmentOrder.objects.filter(
        kind=ReplenishmentOrder.Kind.TRANSFER, number__in={move.reference for move in found}
    )
    written: list[Entry] = []
    for order in orders.select_related("site__currency", "from_location__site__currency").order_by("pk"):
        mine = [move for move in found if (move.reference, move.item_id) == (order.number, order.item_id)]
        written += post_transfer(order=order, moves=mine, by=by)
    return written


class _Books:
    """The standards at both ends, and what is on the road, carried at what it was worth when it left."""

    def __init__(self, order: ReplenishmentOrder, sender: Site, moves: Sequence[Move]) -> None:
        self.order, self.sender, self.receiver = order, sender, order.site
        self.apart = sender.pk != order.site_id
        self.theirs = standards_for(sender, moves) if self.apart and moves else Standards(None, {})
        self.ours = standards_for(order.site, moves) if moves else Standards(None, {})
        self.road, self.there = _on_the_road(order) if self.apart and moves else ({}, Decimal(0))
        self.carried: dict[int, Decimal] = {}

    def of(self, move: Move) -> list[Draft]:
        """The entries of one move."""
        if move.kind in NO_MORE:
            return [self._lost(move)]
        if not self.apart:
            return []
        if move.target.kind == Location.Kind.TRANSIT:
            sent = self._sent(move)
            amounts = self._here(move)
            self._onto(amounts, move.quantity)
            return [
                sent,
                self._draft(self.receiver, move, pair(Account.TRANSIT, Account.BETWEEN, amounts.items())),
            ]
        if move.source.kind == Location.Kind.TRANSIT:
            return [self._arrived(move, Account.TRANSIT, self._off(move.quantity))]
        return [self._sent(move), self._arrived(move, Account.BETWEEN, self._here(move))]

    def _sent(self, move: Move) -> Draft:
        lines = pair(Account.BETWEEN, Account.INVENTORY, self.theirs.of(self.sender, move))
        return self._draft(self.sender, move, lines)

    def _here(self, move: Move) -> Amounts:
        """What the sender gave, in the receiver's money."""
        day, currency = move.effective_at.date(), self.sender.currency_id
        return {
            element: in_site_money(self.receiver, amount, currency, day)
            for element, amount in self.theirs.of(self.sender, move)
        }

    def _arrived(self, move: Move, account: str, carried: Amounts) -> Draft:
        """Into stock at standard, from where it was carried; what it is worth less here is the variance."""
        standard: Amounts = dict(self.ours.of(self.receiver, move))
        lines: list[Line] = []
        for element in sorted({*standard, *carried}, key=lambda key: key or 0):
            worth, cost = standard.get(element, Decimal(0)), carried.get(element, Decimal(0))
            sides = ((Account.INVENTORY, worth), (account, -cost), (Account.TRANSFER, cost - worth))
            lines += [Line(side, amount, element) for side, amount in sides if amount]
        return self._draft(self.receiver, move, lines)

    def _lost(self, move: Move) -> Draft:
        """Within a site it leaves its stock; between sites what was carried."""
        amounts: Amounts = self._off(move.quantity) if self.apart else dict(self.ours.of(self.receiver, move))
        account = Account.TRANSIT if self.apart else Account.INVENTORY
        self.carried[move.pk] = sum(amounts.values(), Decimal(0))
        return self._draft(self.receiver, move, pair(NO_MORE[move.kind], account, amounts.items()))

    def rest(self, move: Move) -> list[Draft]:
        """What is carried for nothing after this move, which took something back. One query."""
        road, there = _on_the_road(self.order)
        if there or not any(road.values()):
            return []
        draft = self._draft(self.receiver, move, pair(Account.TRANSFER, Account.TRANSIT, road.items()))
        lines = tuple(replace(line, quantity=None) for line in draft.lines)
        return [replace(draft, lines=lines, why=Entry.Why.CLEARED)]

    def _draft(self, site: Site, move: Move, lines: Sequence[Line]) -> Draft:
        return Draft(
            site=site,
            kind=Entry.Kind.TRANSFER,
            effective_at=move.effective_at,
            lines=tuple(
                Line(line.account, line.amount, line.element, move.item_id, move.quantity) for line in lines
            ),
            move=move,
            reference=self.order.number,
        )

    def _onto(self, amounts: Amounts, quantity: Decimal) -> None:
        self.there += quantity
        for element, amount in amounts.items():
            self.road[element] = self.road.get(element, Decimal(0)) + amount

    def _off(self, quantity: Decimal) -> Amounts:
        """The share of what is carried; the last piece takes the cents that are left."""
        taken: Amounts = {}
        for element, worth in self.road.items():
            share = worth
            if quantity < self.there:
                share = money(
                    self.receiver, decimal_of(Fraction(worth) * Fraction(quantity) / Fraction(self.there), 12)
                )
            taken[element] = share
            self.road[element] = worth - share
        self.there -= quantity
        return taken

    def value(self, moves: Sequence[Move]) -> None:
        """What each move was worth where it came to; on the road, where it came from; lost there, as it was carried."""
        rows = []
        for move in moves if self.apart else [one for one in moves if one.kind in NO_MORE]:
            leaving = move.target.kind == Location.Kind.TRANSIT
            known, site = (self.theirs, self.sender) if leaving else (self.ours, self.receiver)
            amounts = known.of(site, move)
            unit_cost = sum(known.by_item.get(move.item_id, {}).values(), Decimal(0))
            amount = sum((part for _element, part in amounts), Decimal(0))
            if self.apart and move.pk in self.carried:
                amount = self.carried[move.pk]
                unit_cost = decimal_of(Fraction(amount) / Fraction(move.quantity), 8)
            rows.append(Valuation(move=move, version=known.version, unit_cost=unit_cost, amount=amount))
        Valuation.objects.bulk_create(rows)


def _on_the_road(order: ReplenishmentOrder) -> tuple[Amounts, Decimal]:
    """Element -> what is carried for the order, and how much goods that is for. One query.

    How much is told by the moves, not by the postings: a share that rounds to nothing has none."""
    known = Valuation.objects.filter(move__reference=order.number, move__item=order.item_id).order_by()
    quantity = Case(
        When(move__target__kind=Location.Kind.TRANSIT, then=F("move__quantity")),
        When(move__source__kind=Location.Kind.TRANSIT, then=-F("move__quantity")),
        default=Decimal(0),
        output_field=QuantityField(),
    )
    rows = Posting.objects.filter(
        account=Account.TRANSIT,
        entry__kind=Entry.Kind.TRANSFER,
        entry__site=order.site_id,
        entry__reference=order.number,
        item=order.item_id,
    )
    travels = known.values("move__item").annotate(there=Sum(quantity)).values("there")
    found = list(
        rows.order_by("element")
        .values("element")
        .annotate(worth=Sum("amount"), there=Subquery(travels))
        .values_list("element", "worth", "there")
    )
    there = found[0][2] or Decimal(0) if found else Decimal(0)
    return {element: worth for element, worth, _there in found}, there


def _mirrors(moves: Sequence[Move]) -> list[Draft]:
    """The opposite of every entry that the originals made, at both sites."""
    if not moves:
        return []
    back = {move.reverses_id: move for move in moves}
    first = (
        Entry.objects.filter(move__in=back, kind=Entry.Kind.TRANSFER)
        .select_related("site__currency", "order", "operation")
        .prefetch_related("postings")
    )
    Valuation.objects.bulk_create(
        Valuation(
            move=back[row.move_id], version_id=row.version_id, unit_cost=row.unit_cost, amount=-row.amount
        )
        for row in Valuation.objects.filter(move__in=back)
    )
    drafts = []
    for entry in first.order_by("pk"):
        move = back[entry.move_id]
        drafts.append(reversal(entry, effective_at=move.effective_at, move=move, report=None))
    return drafts
