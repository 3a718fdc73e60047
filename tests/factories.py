"""Records with sane defaults: `make_bom(bike, {wheel: 2})`. Name only what the test is about."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from p2p.core.access import Role
from p2p.core.models import Grant, User
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.services.ledger import MoveLine, post
from planning.models import Material, Operation, OperationLink, Output, ProductionOrder
from strategies.models import (
    BomLine,
    BomVersion,
    Calendar,
    CalendarShift,
    CostCategory,
    Currency,
    Item,
    ItemPolicy,
    Location,
    ReasonCode,
    Resource,
    ResourceGroup,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Site,
    Unit,
    UnitConversion,
    Vendor,
    VendorPrice,
    Worker,
)

_count = itertools.count(1)
_OUTSIDE = {
    "SUPPLIER": Location.Kind.SUPPLIER,
    "CUSTOMER": Location.Kind.CUSTOMER,
    "PRODUCTION": Location.Kind.PRODUCTION,
    "SCRAP": Location.Kind.SCRAP,
    "ADJUSTMENT": Location.Kind.ADJUSTMENT,
}


def _next(prefix: str) -> str:
    return f"{prefix}{next(_count)}"


def make_user(role: str = "", *, site: Site | None = None, **also: Any) -> User:
    """A user with one role, everywhere or at `site`. The password is "secret"."""
    also.setdefault("username", _next("user"))
    user = User.objects.create_user(password="secret", **also)
    if role:
        Grant.objects.create(user=user, role=Role(role), scope=site.code if site else "")
    return user


def make_currency(code: str = "USD", *, minor_digits: int = 2) -> Currency:
    return Currency.objects.get_or_create(code=code, defaults={"name": code, "minor_digits": minor_digits})[0]


def make_calendar(
    code: str = "",
    *,
    days: Sequence[int] = range(5),
    shifts: Sequence[tuple[str, str]] = (("08:00", "16:00"),),
    **also: Any,
) -> Calendar:
    """A week of `shifts` on `days` (0 is Monday), in UTC unless told."""
    calendar = Calendar.objects.create(code=code or _next("CAL"), **{"name": "Calendar", **also})
    CalendarShift.objects.bulk_create(
        CalendarShift(
            calendar=calendar,
            name=f"{starts}-{ends}",
            weekday=day,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
        )
        for day in days
        for starts, ends in shifts
    )
    return calendar


def make_site(code: str = "", *, locations: bool = True, **also: Any) -> Site:
    """A site in UTC and dollars with a store called STORE and five places outside (SUPPLIER, SCRAP, ...)."""
    also.setdefault("currency", make_currency())
    site = Site.objects.create(code=code or _next("S"), **{"name": "Plant", **also})
    if locations:
        make_locations(site)
    return site


def make_locations(site: Site, *stores: str) -> dict[str, Location]:
    """`stores` (STORE when none is named) and the five places outside, by their codes."""
    wanted = dict.fromkeys(stores or ("STORE",), Location.Kind.STORE) | _OUTSIDE
    Location.objects.bulk_create(
        [Location(site=site, code=code, name=code.title(), kind=kind) for code, kind in wanted.items()],
        ignore_conflicts=True,
    )
    return {location.code: location for location in site.locations.all()}


def make_location(site: Site | None = None, *, code: str = "", kind: str = "store", **also: Any) -> Location:
    code = code or _next("L")
    return Location.objects.create(site=site or make_site(), code=code, kind=kind, **{"name": code, **also})


def make_unit(code: str = "EA", *, digits: int = 0, **also: Any) -> Unit:
    return Unit.objects.get_or_create(code=code, defaults={"name": code, "digits": digits, **also})[0]


def make_conversion(
    source: str, target: str, numerator: int, denominator: int = 1, *, item: Item | None = None
) -> UnitConversion:
    """1 source = numerator/denominator target."""
    return UnitConversion.objects.create(
        item=item,
        source=make_unit(source),
        target=make_unit(target),
        numerator=numerator,
        denominator=denominator,
    )


def make_item(
    number: str = "",
    *,
    supply: str = "",
    site: Site | None = None,
    policy: Mapping[str, Any] | None = None,
    **also: Any,
) -> Item:
    """An item; with `supply` ("make", "buy") or `policy` (columns) it gets an order policy."""
    number = number or _next("ITEM")
    also.setdefault("unit", make_unit())
    item = Item.objects.create(number=number, **{"name": number, **also})
    if supply or policy:
        make_policy(item, site=site, **{"supply": supply or "buy", **(policy or {})})
    return item


def make_policy(item: Item, *, site: Site | None = None, **also: Any) -> ItemPolicy:
    return ItemPolicy.objects.create(item=item, site=site, **also)


def make_bom(
    item: Item, lines: Mapping[Item, Any], *, site: Site | None = None, state: str = "active", **also: Any
) -> BomVersion:
    """A version whose lines are `{component: quantity}` or `{component: {"quantity": 2, ...}}`."""
    bom = BomVersion.objects.create(item=item, site=site, state=state, **also)
    BomLine.objects.bulk_create(
        BomLine(
            bom=bom,
            position=10 * place,
            component=component,
            **{
                "unit": component.unit,
                **(line if isinstance(line, Mapping) else {"quantity": Decimal(str(line))}),
            },
        )
        for place, (component, line) in enumerate(lines.items(), start=1)
    )
    return bom


def make_group(
    site: Site, code: str = "", *, stations: int = 1, resources: int = 1, **also: Any
) -> ResourceGroup:
    """A work centre with `resources` machines of `stations` each."""
    code = code or _next("G")
    group = ResourceGroup.objects.create(site=site, code=code, **{"name": code, **also})
    for index in range(1, resources + 1):
        make_resource(group, f"{code}-{index}", stations=stations)
    return group


def make_resource(group: ResourceGroup, code: str = "", **also: Any) -> Resource:
    code = code or _next("R")
    return Resource.objects.create(site=group.site, group=group, code=code, **{"name": code, **also})


def make_route(
    item: Item,
    operations: Sequence[Mapping[str, Any]],
    *,
    site: Site | None = None,
    state: str = "active",
    **also: Any,
) -> RouteVersion:
    """A chain of operations 10, 20, ...: `make_route(bike, [{"group": group, "run_seconds": 60}])`."""
    route = RouteVersion.objects.create(item=item, site=site, state=state, **also)
    rows = RouteOperation.objects.bulk_create(
        RouteOperation(route=route, **{"number": 10 * place, "name": f"Operation {10 * place}", **columns})
        for place, columns in enumerate(operations, start=1)
    )
    RouteLink.objects.bulk_create(
        RouteLink(route=route, before=before, after=after) for before, after in itertools.pairwise(rows)
    )
    return route


def make_vendor(number: str = "", **also: Any) -> Vendor:
    number = number or _next("V")
    also.setdefault("currency", make_currency())
    return Vendor.objects.create(number=number, **{"name": number, **also})


def make_vendor_price(vendor: Vendor, item: Item, price: Any, **also: Any) -> VendorPrice:
    defaults = {"unit": item.unit, "currency": vendor.currency, "valid_from": date(2000, 1, 1)}
    return VendorPrice.objects.create(
        vendor=vendor, item=item, price=Decimal(str(price)), **{**defaults, **also}
    )


def make_reason(code: str = "", *, kind: str = "scrap", **also: Any) -> ReasonCode:
    code = code or _next("RC")
    return ReasonCode.objects.create(kind=kind, code=code, **{"name": code, **also})


def make_cost_category(code: str = "", *, kind: str = "run") -> CostCategory:
    code = code or _next("CC")
    return CostCategory.objects.create(code=code, name=code, kind=kind)


def make_worker(site: Site, *, user: User | None = None, **also: Any) -> Worker:
    number = _next("W")
    return Worker.objects.create(site=site, user=user, **{"number": number, "name": number, **also})


def make_lot(item: Item, number: str = "", **also: Any) -> Lot:
    return Lot.objects.create(item=item, number=number or _next("LOT"), **also)


def make_serial(item: Item, number: str = "", **also: Any) -> Serial:
    return Serial.objects.create(item=item, number=number or _next("SN"), **also)


def make_stock(item: Item, quantity: Any, location: Location, *, lot: Lot | None = None, **also: Any) -> Move:
    """Opening stock of the item at the place, through the ledger."""
    outside = location.site.locations.filter(kind=Location.Kind.ADJUSTMENT).first()
    line = MoveLine(
        item=item,
        source=outside,
        target=location,
        quantity=Decimal(str(quantity)),
        kind="opening",
        lot=lot,
        **also,
    )
    return post(lines=[line], by=None)[0]


def make_order(
    item: Item,
    quantity: Any = 10,
    *,
    site: Site,
    operations: Sequence[Mapping[str, Any]] = ({},),
    materials: Mapping[Item, Any] | None = None,
    **also: Any,
) -> ProductionOrder:
    """A firm order with a chain of operations 10, 20, ... and `{component: quantity per piece}`."""
    amount = Decimal(str(quantity))
    days = {"start_on": date(2026, 3, 2), "due_on": date(2026, 3, 13), "need": "independent"}
    order = ProductionOrder.objects.create(
        number=also.pop("number", "") or _next("MO"),
        site=site,
        item=item,
        unit=item.unit,
        quantity=amount,
        output_location=also.pop("output_location", None) or site.locations.filter(kind="store").first(),
        **{**days, **also},
    )
    Output.objects.create(order=order, item=item, unit=item.unit, quantity=amount)
    rows = [
        Operation.objects.create(
            order=order,
            **{"number": 10 * place, "name": f"Operation {10 * place}", "quantity": amount, **columns},
        )
        for place, columns in enumerate(operations, start=1)
    ]
    OperationLink.objects.bulk_create(
        OperationLink(before=before, after=after) for before, after in itertools.pairwise(rows)
    )
    Material.objects.bulk_create(
        Material(
            order=order,
            position=10 * place,
            item=component,
            unit=component.unit,
            operation=rows[0],
            quantity_per=Decimal(str(each)),
            quantity=amount * Decimal(str(each)),
        )
        for place, (component, each) in enumerate((materials or {}).items(), start=1)
    )
    return order
