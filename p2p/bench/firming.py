"""One order firmed in a big plant, beside plain SQL that reads the same bill and writes the same rows."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from p2p.bench.parts import queries
from p2p.bench.plant import ITEMS

ORDERS, PHANTOMS, ROUTES = 15, 2, 25_000
START, DUE = date(2031, 3, 3), date(2031, 3, 14)
MADE = (
    "planning_productionorder",
    "planning_operation",
    "planning_operationlink",
    "planning_material",
    "planning_output",
)
OF = {
    "planning_productionorder": "id = %s",
    "planning_operationlink": "before_id IN (SELECT id FROM planning_operation WHERE order_id = %s)",
}
BILL = """
    SELECT line.*, part.*, unit.* FROM strategies_bomversion AS bill
    JOIN strategies_bomline AS line ON line.bom_id = bill.id
    JOIN strategies_item AS part ON part.id = line.component_id
    JOIN strategies_unit AS unit ON unit.id = part.unit_id
    WHERE bill.item_id = ANY (%s) AND bill.state IN ('active', 'approved')
"""
ROUTE = """
    SELECT step.*, work.* FROM strategies_routeversion AS route
    JOIN strategies_routeoperation AS step ON step.route_id = route.id
    JOIN strategies_resourcegroup AS work ON work.id = step.group_id
    WHERE route.item_id = ANY (%s) AND route.state IN ('active', 'approved')
"""


def firm_one() -> dict[str, object]:
    """Median seconds of firming one proposal, and of its bare SQL; all of it is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        found = _measured()
        transaction.set_rollback(True)
    return found


def _measured() -> dict[str, object]:
    from django.db import connection

    from planning.services.firm import firm
    from strategies.models import BomLine, Item

    products = list(
        Item.objects.filter(number__gte=f"I{ITEMS - ORDERS:06}", number__lt="J").order_by("number")
    )
    BomLine.objects.filter(bom__item__in=products, position__lte=10 * PHANTOMS).update(kind="phantom")
    proposals = _proposals(products)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for table in MADE:
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
    ours, bare, parts, said = [], [], 0, 0
    for proposal in proposals:
        with queries() as asked:
            began = time.perf_counter()
            order = firm(proposals=[proposal], by=None).orders[0]
            ours.append(time.perf_counter() - began)
        said = len(asked)
        bare.append(_bare(order))
        parts = order.materials.count()
    return {
        "seconds": sorted(ours)[len(ours) // 2],
        "bare": sorted(bare)[len(bare) // 2],
        "queries": said,
        "parts": parts,
        "lines": BomLine.objects.count(),
    }


def _proposals(products: list[Any]) -> list[Any]:
    """One for each product, in a plant in which they and many others have routes of two operations."""
    from p2p.core import clock
    from planning.copying import copy_records, take_keys
    from planning.models import PlanRun, Proposal
    from strategies.models import Currency, Item, ResourceGroup, RouteLink, RouteOperation, RouteVersion, Site

    currency = Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar"})[0]
    site = Site.objects.create(code="BENCH", name="Bench", currency=currency)
    group = ResourceGroup.objects.create(site=site, code="BENCH", name="Bench")
    last = list(Item.objects.filter(number__lt="J").order_by("-number")[:ROUTES])
    routes = [
        RouteVersion(pk=key, item=item, state="active")
        for key, item in zip(take_keys(RouteVersion, len(last)), last, strict=True)
    ]
    keys = iter(take_keys(RouteOperation, 2 * len(routes)))
    steps = [
        RouteOperation(pk=next(keys), route=route, number=number, name="Make", group=group, run_seconds=60)
        for route in routes
        for number in (10, 20)
    ]
    pairs = zip(steps[::2], steps[1::2], strict=True)
    links = [
        RouteLink(pk=key, route=first.route, before=first, after=second)
        for key, (first, second) in zip(take_keys(RouteLink, len(routes)), pairs, strict=True)
    ]
    for model, records in ((RouteVersion, routes), (RouteOperation, steps), (RouteLink, links)):
        copy_records(model, records)
    run = PlanRun.objects.create(
        site=site, scope="bench", from_date=START, to_date=DUE, state="done", asked_at=clock.now()
    )
    return [
        Proposal.objects.create(
            run=run, number=number, site=site, item=item, kind="make", need="independent", quantity=10,
            good_quantity=10, start_on=START, due_on=DUE, need_on=DUE,
        )
        for number, item in enumerate(products, 1)
    ]  # fmt: skip


def _bare(order: Any) -> float:
    """Seconds for the bills and routes of the order and its phantoms read, and its rows written once more."""
    from django.db import connection

    from strategies.models import BomLine

    below = BomLine.objects.filter(bom__item=order.item_id, kind="phantom")
    items = [order.item_id, *below.values_list("component_id", flat=True)]
    with connection.cursor() as cursor:
        began = time.perf_counter()
        for asked in (BILL, ROUTE):
            cursor.execute(asked, [items])
            cursor.fetchall()
        for table in MADE:
            which = OF.get(table, "order_id = %s")
            cursor.execute(f"INSERT INTO bench_{table} SELECT * FROM {table} WHERE {which}", [order.pk])
        return time.perf_counter() - began
