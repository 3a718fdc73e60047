"""What planning knows of moves that a trace meets: to which customer they went, from which purchase they came."""

from __future__ import annotations

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from p2p.inventory.models import Move, RecallLine
from p2p.inventory.trace_facts import Locating, Reading, Reviewing, Sighting, Suspecting, Suspects
from planning.models import DemandMove, ReplenishmentMove, ReplenishmentOrder
from strategies.models import Location


def delivered(asked: Locating) -> list[Sighting]:
    """Customers and demand of deliveries and customer returns, vendors of what went back. Three queries."""
    found = [
        Sighting(
            move=row.move_id,
            where=RecallLine.Where.SHIPPED,
            document=f"{row.demand.number}/{row.demand.line}",
            party=row.demand.customer.name if row.demand.customer else "",
            note=_("delivery note {number}").format(number=row.delivery_note) if row.delivery_note else "",
        )
        for row in DemandMove.objects.filter(move__in=asked.moves)
        .select_related("demand__customer")
        .order_by("pk")
    ]
    found += [
        Sighting(
            move=row.move_id,
            where=RecallLine.Where.RETURNED,
            document=row.order.number,
            party=row.order.vendor.name if row.order.vendor else "",
        )
        for row in ReplenishmentMove.objects.filter(move__in=asked.moves)
        .select_related("order__vendor")
        .order_by("pk")
    ]
    return found + _given_back(asked)


def _given_back(asked: Locating) -> list[Sighting]:
    """What went back to the vendor of its purchase. One query."""
    order = ReplenishmentOrder.objects.filter(number=OuterRef("reference"))
    rows = Move.objects.filter(
        pk__in=asked.moves, kind=Move.Kind.RETURN, target__kind=Location.Kind.SUPPLIER
    ).annotate(vendor=Subquery(order.values("vendor__name")[:1]))
    return [
        Sighting(
            move=move,
            where=RecallLine.Where.RETURNED,
            document=reference,
            party=vendor or "",
            note=_("given back"),
        )
        for move, reference, vendor in rows.order_by("pk").values_list("pk", "reference", "vendor")
    ]


def purchased(asked: Reviewing) -> list[Reading]:
    """The purchases and transfers that brought these moves. One query."""
    rows = ReplenishmentMove.objects.filter(move__in=asked.moves).select_related("order__vendor", "move")
    return [
        Reading(
            kind="receipt",
            title=row.order.number,
            said=" · ".join(
                filter(None, (row.order.vendor.name if row.order.vendor else "", row.delivery_note))
            ),
            move=row.move_id,
            at=row.move.effective_at,
        )
        for row in rows.order_by("pk")
    ]


def bought(asked: Suspecting) -> Suspects | None:
    """What a vendor's purchases brought in the time. One query."""
    if asked.vendor is None:
        return None
    time = Q()
    if asked.since:
        time &= Q(move__effective_at__gte=asked.since)
    if asked.until:
        time &= Q(move__effective_at__lte=asked.until)
    rows = ReplenishmentMove.objects.filter(
        time, order__vendor=asked.vendor, move__reverses__isnull=True, move__reversed_by__isnull=True
    )
    return Suspects(brought=tuple(rows.order_by("move").values_list("move", flat=True)))
