"""AdventureWorks straight from its files into tables: the ground for the golden tests, without an importer."""

from __future__ import annotations

import csv
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from planning.services.demand_bulk import DemandRow, put_demand
from strategies.models import (
    BomLine,
    BomVersion,
    Calendar,
    CalendarShift,
    Currency,
    Item,
    ItemPolicy,
    Location,
    Resource,
    ResourceGroup,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Site,
    Unit,
)

OUTSIDE = ("supplier", "customer", "production", "scrap", "adjustment")


@cache
def day(text: str) -> date:
    return date.fromisoformat(text)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(folder: Path) -> Site:
    """The plant: site, items with policies, bills, routes on three shifts, work centres. No demand yet."""
    site = _site()
    items = _items(folder, site)
    _bills(folder, items)
    _routes(folder, site, items)
    return site


def load_demand(folder: Path, site: Site) -> int:
    """Every sales line of the folder, through the service; how many were new."""
    items = {item.external_id: (item.pk, item.unit_id) for item in Item.objects.all()}
    lines = [
        DemandRow(
            number=row["sales_order_id"],
            line=int(row["line_no"]),
            site=site.pk,
            item=items[row["product_id"]][0],
            unit=items[row["product_id"]][1],
            quantity=Decimal(row["order_qty"]),
            ordered_on=day(row["order_date"]),
            due_on=day(row["due_date"]),
            source_system="adventureworks",
        )
        for row in rows(folder, "sales_order_lines")
    ]
    return put_demand(rows=lines, by=None).created


def _site() -> Site:
    currency = Currency.objects.create(code="USD", name="US dollar")
    calendar = Calendar.objects.create(code="3SHIFT", name="Three shifts")
    hours = ((time(7), time(15)), (time(15), time(23)), (time(23), time(7)))
    CalendarShift.objects.bulk_create(
        CalendarShift(calendar=calendar, name=f"Shift {n}", weekday=weekday, starts=starts, ends=ends)
        for weekday in range(7)
        for n, (starts, ends) in enumerate(hours, 1)
    )
    site = Site.objects.create(code="BOTHELL", name="Bothell", currency=currency, calendar=calendar)
    Location.objects.bulk_create(
        [
            Location(site=site, code="STORE", name="Store"),
            *(Location(site=site, code=kind.upper(), name=kind, kind=kind) for kind in OUTSIDE),
        ]
    )
    return site


def _items(folder: Path, site: Site) -> dict[str, Item]:
    unit = Unit.objects.create(code="EA", name="Each")
    products = rows(folder, "products")
    items = Item.objects.bulk_create(
        Item(
            number=row["product_number"],
            name=row["name"],
            kind="product" if row["finished_goods_flag"] == "1" else "material",
            unit=unit,
            source_system="adventureworks",
            external_id=row["product_id"],
        )
        for row in products
    )
    ItemPolicy.objects.bulk_create(
        ItemPolicy(
            item=item,
            site=site,
            supply="make" if row["make_flag"] == "1" else "buy",
            lead_time_days=int(row["days_to_manufacture"]),
            safety_stock=Decimal(row["safety_stock_level"]),
            reorder_point=Decimal(row["reorder_point"]),
        )
        for item, row in zip(items, products, strict=True)
    )
    return {item.external_id: item for item in items}


def _bills(folder: Path, items: dict[str, Item]) -> None:
    unit = Unit.objects.get(code="EA")
    versions: dict[str, BomVersion] = {}
    lines = []
    for position, row in enumerate(rows(folder, "bill_of_materials"), 1):
        parent = row["product_assembly_id"]
        if not parent:
            continue
        if parent not in versions:
            versions[parent] = BomVersion(item=items[parent], state="active")
        lines.append(
            BomLine(
                bom=versions[parent],
                position=position,
                component=items[row["component_id"]],
                quantity=Decimal(row["per_assembly_qty"]),
                unit=unit,
                valid_from=day(row["start_date"]),
                valid_to=day(row["end_date"]) if row["end_date"] else None,
            )
        )
    BomVersion.objects.bulk_create(versions.values())
    BomLine.objects.bulk_create(lines)


def _routes(folder: Path, site: Site, items: dict[str, Item]) -> None:
    groups: dict[str, ResourceGroup] = {}
    for row in rows(folder, "locations"):
        hours = Decimal(row["availability"])
        if not hours:
            continue
        group = ResourceGroup.objects.create(
            site=site, code=row["location_id"], name=row["name"], calendar=site.calendar
        )
        stations = max(1, int(hours / 24))
        Resource.objects.create(site=site, code=group.code, name=group.name, group=group, stations=stations)
        groups[row["location_id"]] = group
    operations: dict[str, list[RouteOperation]] = {}
    for row in rows(folder, "derived_product_routing"):
        operations.setdefault(row["product_id"], []).append(
            RouteOperation(
                number=int(row["operation_sequence"]) * 10,
                name=groups[row["location_id"]].name,
                group=groups[row["location_id"]],
                run_basis="order",
                run_seconds=Decimal(row["resource_hours"]) * 3600,
            )
        )
    routes = {key: RouteVersion(item=items[key], state="active") for key in operations}
    RouteVersion.objects.bulk_create(routes.values())
    for key, steps in operations.items():
        for step in steps:
            step.route = routes[key]
    RouteOperation.objects.bulk_create(step for steps in operations.values() for step in steps)
    RouteLink.objects.bulk_create(
        RouteLink(route=routes[key], before=before, after=after)
        for key, steps in operations.items()
        for before, after in zip(steps, steps[1:], strict=False)
    )
