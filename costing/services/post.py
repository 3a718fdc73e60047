"""Money for what happens: each listener turns one fact into balanced entries at the active standard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from costing import selectors
from costing.models import CostVersion, Entry, Posting, Valuation
from costing.services.entries import Draft, minor, money, pair, reversal, write
from execution.models import Report
from p2p.core.models import User
from p2p.core.numbers import rounded
from p2p.core.refusal import Refused
from p2p.inventory.models import Move
from planning.models import ProductionOrder
from strategies.models import Currency, Location, Site
from strategies.selectors.exchange import Exchange

Account = Posting.Account
Kind = Entry.Kind

AGAINST: Mapping[str, str] = {
    Move.Kind.RECEIPT: Account.ACCRUED,
    Move.Kind.OPENING: Account.OPENING,
    Move.Kind.ADJUSTMENT: Account.ADJUSTMENT,
    Move.Kind.COUNT: Account.ADJUSTMENT,
    Move.Kind.SCRAP: Account.SCRAP,
    Move.Kind.DELIVERY: Account.SALES,
}
"""Which account stands against inventory when stock enters or leaves for a reason other than an order."""
BY_PLACE: Mapping[tuple[str, str], str] = {
    (Move.Kind.RETURN, Location.Kind.CUSTOMER): Account.SALES,
    (Move.Kind.RETURN, Location.Kind.SUPPLIER): Account.ACCRUED,
    (Move.Kind.ISSUE, Location.Kind.ADJUSTMENT): Account.ADJUSTMENT,
}
"""The same where the place outside decides: who gives back, and an issue that no order asked for."""


@dataclass(frozen=True)
class Standards:
    """What one set of facts is valued at: read once, used for every line."""

    version: CostVersion | None
    by_item: Mapping[int, Mapping[int, Decimal]]

    def of(self, site: Site, move: Move) -> list[tuple[int, Decimal]]:
        """Element id -> money of a move, rounded to the minor unit."""
        return [
            (element, money(site, move.quantity * unit))
            for element, unit in self.by_item.get(move.item_id, {}).items()
        ]


def standards_for(site: Site, moves: Iterable[Move]) -> Standards:
    """The active standard of the site for every item moved: two queries."""
    version = selectors.active_version(site)
    return Standards(version, selectors.standards(version, {move.item_id for move in moves}))


@transaction.atomic(savepoint=False)
def post_materials(
    *, order: ProductionOrder, moves: Sequence[Move], report: Report | None, by: User | None
) -> list[Entry]:
    """Components issued to an order: debit WIP, credit inventory; a reversed move mirrors its own entry."""
    return _post_order_moves(
        order=order,
        moves=moves,
        report=report,
        kind=Kind.ISSUE,
        sides=(Account.WIP, Account.INVENTORY),
        by=by,
    )


@transaction.atomic(savepoint=False)
def post_output(
    *, order: ProductionOrder, moves: Sequence[Move], report: Report | None, by: User | None
) -> list[Entry]:
    """Output received into stock at standard: debit inventory, credit WIP."""
    return _post_order_moves(
        order=order,
        moves=moves,
        report=report,
        kind=Kind.OUTPUT,
        sides=(Account.INVENTORY, Account.WIP),
        by=by,
    )


def _post_order_moves(
    *,
    order: ProductionOrder,
    moves: Sequence[Move],
    report: Report | None,
    kind: str,
    sides: tuple[str, str],
    by: User | None,
) -> list[Entry]:
    fresh = [move for move in moves if move.reverses_id is None]
    known = standards_for(order.site, fresh) if fresh else Standards(None, {})
    drafts = [
        Draft(
            site=order.site,
            kind=kind,
            effective_at=move.effective_at,
            lines=tuple(pair(*sides, known.of(order.site, move), item=move.item_id, quantity=move.quantity)),
            order=order,
            operation=report.operation if report else None,
            move=move,
            report=report,
            reference=order.number,
        )
        for move in fresh
    ]
    _value(fresh, known, order.site)
    return write(drafts=drafts + _mirrors([move for move in moves if move.reverses_id], report), by=by)


def _mirrors(moves: Sequence[Move], report: Report | None) -> list[Draft]:
    """For each reversal move, the opposite of the entry its original made."""
    if not moves:
        return []
    originals = {
        entry.move_id: entry
        # What a purchase cost more or less has an entry of its own on the same move, and is mirrored on its own.
        for entry in Entry.objects.filter(move__in=[move.reverses_id for move in moves])
        .exclude(kind=Kind.PRICE)
        .select_related("site__currency", "order", "operation")
        .prefetch_related("postings")
    }
    valued = {
        row.move_id: row for row in Valuation.objects.filter(move__in=[move.reverses_id for move in moves])
    }
    Valuation.objects.bulk_create(
        Valuation(
            move=move,
            version_id=valued[move.reverses_id].version_id,
            unit_cost=valued[move.reverses_id].unit_cost,
            amount=-valued[move.reverses_id].amount,
        )
        for move in moves
        if move.reverses_id in valued
    )
    return [
        reversal(originals[move.reverses_id], effective_at=move.effective_at, move=move, report=report)
        for move in moves
        if move.reverses_id in originals
    ]


def _value(moves: Sequence[Move], known: Standards, site: Site) -> None:
    """What each move was worth, for the valuation of stock at any past moment."""
    Valuation.objects.bulk_create(
        Valuation(
            move=move,
            version=known.version,
            unit_cost=sum(known.by_item.get(move.item_id, {}).values(), Decimal(0)),
            amount=sum((amount for _element, amount in known.of(site, move)), Decimal(0)),
        )
        for move in moves
    )


@transaction.atomic(savepoint=False)
def post_stock(*, moves: Sequence[Move], by: User | None) -> list[Entry]:
    """Stock that enters or leaves without an order, at standard, against the account its kind names."""
    counted = [move for move in moves if _against(move)]
    by_site: dict[int, list[Move]] = {}
    for move in counted:
        by_site.setdefault(move.source.site_id, []).append(move)
    written: list[Entry] = []
    for group in by_site.values():
        site = group[0].source.site
        fresh = [move for move in group if move.reverses_id is None]
        known = standards_for(site, fresh)
        _value(fresh, known, site)
        drafts = [_stock_draft(site, move, known) for move in fresh]
        written += write(drafts=drafts + _mirrors([move for move in group if move.reverses_id], None), by=by)
    return written


def _against(move: Move) -> str:
    """The account against inventory; "" for what is no business of this one, or never leaves our stock."""
    if move.source.holds_stock and move.target.holds_stock:
        return ""
    on_the_road = Location.Kind.TRANSIT in (move.source.kind, move.target.kind)
    if on_the_road and move.kind in (Move.Kind.SCRAP, Move.Kind.ADJUSTMENT):
        return ""  # lost on the way, or less weight at its end: valued with its transfer order
    outside = move.source if move.target.holds_stock else move.target
    return AGAINST.get(move.kind) or BY_PLACE.get((move.kind, outside.kind), "")


def _stock_draft(site: Site, move: Move, known: Standards) -> Draft:
    entering = move.target.holds_stock and not move.source.holds_stock
    against = _against(move)
    sides: tuple[str, str] = (Account.INVENTORY, against) if entering else (against, Account.INVENTORY)
    return Draft(
        site=site,
        kind=Kind.RECEIPT if move.kind == Move.Kind.RECEIPT else Kind.STOCK,
        effective_at=move.effective_at,
        lines=tuple(pair(*sides, known.of(site, move), item=move.item_id, quantity=move.quantity)),
        move=move,
        reference=move.reference,
    )


def in_site_money(site: Site, amount: Decimal, currency_id: int, on: date) -> Decimal:
    """`amount` of a currency in the site's, at the rate of the day (turned round, or by way of another currency, where
    only that is known), rounded once; Refused without a rate, by name."""
    rate = Exchange().rate(currency_id, site.currency_id, on)
    if rate is None:
        raise Refused(
            _("There is no exchange rate from {source} into {currency} on {day}: enter one before booking."),
            code="no_rate",
            source=Currency.objects.get(pk=currency_id).code,
            currency=site.currency.code,
            day=on,
        )
    return rounded(Fraction(amount) * rate, minor(site))
