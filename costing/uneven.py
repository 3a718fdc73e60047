"""Phantoms of which one piece costs another amount in an order than by itself: in a big one than in a small one, or
because what comes out beside them is not expected there. They are costed for each parent as its order takes them, once
per order."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from strategies.models import BomLine, BomOutput, RouteOperation, VendorPrice

USABLE = ("active", "approved")
_LINES = (
    Q(consumption=BomLine.Consumption.CONSTANT)
    | Q(formula=BomLine.Formula.STEP)
    | Q(scrap_quantity__gt=0)
    | ~Q(rounding=BomLine.Rounding.NONE)
)
_BATCHES = (
    RouteOperation.Basis.BATCH,
    RouteOperation.Basis.ORDER,
    RouteOperation.Basis.RESOURCE_BATCH,
)
_WORK = Q(setup_seconds__gt=0) | Q(scrap_quantity__gt=0) | Q(run_basis__in=_BATCHES)


def uneven_phantoms() -> set[int]:
    """Phantoms with something needed once per order, in steps or whole multiples, set up, run in batches, or priced
    by a vendor from a quantity on; and those beside which something comes out, which no order of a parent expects, so
    that the parent carries all of it. Four queries."""
    phantoms = BomLine.objects.filter(kind=BomLine.Kind.PHANTOM, bom__state__in=USABLE).order_by()
    taken = phantoms.values("component")
    lines = BomLine.objects.filter(_LINES, bom__item__in=taken, bom__state__in=USABLE).order_by()
    work = RouteOperation.objects.filter(
        _WORK, route__item__in=taken, route__state__in=USABLE, alternate_of=None
    ).order_by()
    fees = VendorPrice.objects.filter(
        item__in=taken, operation_number__isnull=False, minimum_quantity__gt=0
    ).order_by()
    beside = BomOutput.objects.filter(bom__item__in=taken, bom__state__in=USABLE).order_by()
    return {
        *lines.values_list("bom__item_id", flat=True).distinct(),
        *beside.values_list("bom__item_id", flat=True).distinct(),
        *work.values_list("route__item_id", flat=True).distinct(),
        *fees.values_list("item_id", flat=True).distinct(),
    }


def containing(items: set[int]) -> set[int]:
    """These items, and all that have one of them in phantoms at any depth. One query, none without items."""
    if not items:
        return set()
    lines = BomLine.objects.filter(kind=BomLine.Kind.PHANTOM, bom__state__in=USABLE).order_by()
    parents: dict[int, list[int]] = defaultdict(list)
    for parent, component in lines.values_list("bom__item_id", "component_id").distinct():
        parents[component].append(parent)
    found, left = set(items), list(items)
    while left:
        new = set(parents[left.pop()]) - found
        found |= new
        left += new
    return found
