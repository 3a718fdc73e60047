"""Soft reservations: stock of a site claimed for a need, before anybody says from which place or lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import Claimed, Unclaimed
from p2p.inventory.models import Lot, SoftReservation
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.counted import refusal_of
from p2p.inventory.services.needs import Need
from p2p.inventory.services.sharing import share_out
from strategies.models import Item, Site


@transaction.atomic
def claim(
    *,
    needs: Sequence[Need],
    partial: bool = False,
    replacing: Sequence[SoftReservation] = (),
    by: User | None,
) -> list[SoftReservation]:
    """Claim free stock of the needs' sites; `replacing` gives these claims up in the same step.

    With `partial` less than asked for or nothing is claimed where stock is short; without it a shortage is Refused,
    naming each item. `row.need_index` tells which need a claim serves. Locks the items' free balances in key order.
    A fixed number of statements.
    """
    for need in needs:
        check_quantity(need.item, need.quantity)
        _check_lot(need.item, need.lot)
    outcome = share_out(needs=needs, mine=False, without=[row.pk for row in replacing])
    if not partial and any(outcome.missing):
        raise refusal_of([(needs[index], lack) for index, lack in enumerate(outcome.missing) if lack])
    _drop(replacing)
    moment = now()
    rows = []
    for index, (need, lack) in enumerate(zip(needs, outcome.missing, strict=True)):
        if need.quantity > lack:
            row = _row(need, need.quantity - lack, moment, by)
            row.need_index = index  # type: ignore[attr-defined]
            rows.append(row)
    SoftReservation.objects.bulk_create(rows)
    if rows:
        tell(Claimed(claims=tuple(rows), by=by))
    return rows


def _row(need: Need, quantity: Decimal, moment: datetime, by: User | None) -> SoftReservation:
    return SoftReservation(
        site=need.site,
        item=need.item,
        quantity=quantity,
        purpose=need.purpose,
        lot=need.lot,
        wanted=dict(need.wanted),
        same_lot=need.same_lot,
        minimum_days=need.minimum_days,
        needed_at=need.needed_at or moment,
        priority=need.priority,
        reference=need.reference,
        claimed_at=moment,
        by=by,
    )


def _check_lot(item: Item, lot: Lot | None) -> None:
    if lot is not None and lot.item_id != item.pk:
        raise Refused(
            _("{piece} does not belong to {item}."),
            field="lot",
            about=item,
            piece=lot.number,
            item=item.number,
        )


@transaction.atomic
def claim_one(
    *,
    site: Site,
    item: Item,
    quantity: Decimal,
    purpose: str = SoftReservation.Purpose.PRODUCTION,
    lot: Lot | None = None,
    wanted: Mapping[str, Any] | None = None,
    same_lot: bool = False,
    minimum_days: int = 0,
    needed_at: datetime | None = None,
    priority: int = 50,
    reference: str = "",
    by: User | None,
) -> SoftReservation:
    """Claim `quantity` of an item by hand. Refused when free stock at the site is short of it, also of a lot with
    these attributes or with so many days of shelf life left."""
    need = Need(
        site=site,
        item=item,
        quantity=quantity,
        purpose=purpose,
        lot=lot,
        wanted=wanted or {},
        same_lot=same_lot,
        minimum_days=minimum_days,
        needed_at=needed_at,
        priority=priority,
        reference=reference,
    )
    (row,) = claim(needs=[need], by=by)
    return row


@transaction.atomic
def change_claim(
    *,
    claim: SoftReservation,
    quantity: Decimal | None = None,
    needed_at: datetime | None = None,
    priority: int | None = None,
    by: User | None,
) -> SoftReservation:
    """Another quantity, time or priority; None leaves it. Refused when more is claimed than is free, or the claim is
    gone."""
    wanted = claim.quantity if quantity is None else quantity
    check_quantity(claim.item, wanted)
    need = replace(need_of(claim), quantity=wanted, needed_at=needed_at or claim.needed_at, claim=None)
    outcome = share_out(needs=[need], mine=False, without=[claim.pk])
    if outcome.missing[0]:
        raise refusal_of([(need, outcome.missing[0])])
    columns = {
        "quantity": wanted,
        "needed_at": needed_at or claim.needed_at,
        "priority": claim.priority if priority is None else priority,
    }
    if not SoftReservation.objects.filter(pk=claim.pk).update(**columns):
        raise _gone()
    for name, value in columns.items():
        setattr(claim, name, value)
    tell(Claimed(claims=(claim,), by=by))
    return claim


@transaction.atomic
def release(*, claims: Sequence[SoftReservation] | QuerySet[SoftReservation], by: User | None) -> int:
    """Give claimed stock back to everybody. Claims that are gone already are no error; how many there were."""
    rows = list(claims)
    gone = _drop(rows)
    if gone:
        tell(Unclaimed(claims=tuple(rows), by=by))
    return gone


def need_of(claim: SoftReservation) -> Need:
    """The claim as a need of its own."""
    return Need(
        item=claim.item,
        quantity=claim.quantity,
        purpose=claim.purpose,
        site=claim.site,
        lot=claim.lot,
        reference=claim.reference,
        wanted=claim.wanted,
        same_lot=claim.same_lot,
        minimum_days=claim.minimum_days,
        needed_at=claim.needed_at,
        priority=claim.priority,
        claim=claim.pk,
    )


def _gone() -> Refused:
    return Refused(
        _("This soft reservation was allocated or given back by someone else meanwhile."),
        code="changed_meanwhile",
    )


def _drop(rows: Sequence[SoftReservation]) -> int:
    keys = [row.pk for row in rows]
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM inventory_softreservation WHERE id IN ("
            "SELECT id FROM inventory_softreservation WHERE id = ANY(%s) ORDER BY id FOR UPDATE)",
            [keys],
        )
        return int(cursor.rowcount)


def spend(spent: Mapping[int, Decimal]) -> None:
    """Soft reservations shrink by what became reservations or was taken; those of which nothing is left go. The
    balances of their items are locked by the caller, so nobody else spends them meanwhile."""
    if not spent:
        return
    columns: list[Any] = [list(spent.keys()), list(spent.values())]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM inventory_softreservation s USING unnest(%s::bigint[], %s::numeric[]) AS u(id, quantity)"
            " WHERE s.id = u.id AND s.quantity <= u.quantity",
            columns,
        )
        if cursor.rowcount < len(spent):
            cursor.execute(
                "UPDATE inventory_softreservation s SET quantity = s.quantity - u.quantity"
                " FROM unnest(%s::bigint[], %s::numeric[]) AS u(id, quantity)"
                " WHERE s.id = u.id AND s.quantity > u.quantity",
                columns,
            )
