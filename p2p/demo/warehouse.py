"""A morning in the demo's store: the way through it, rules, goods in receiving and lines that call for parts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from p2p.core.models import User
from p2p.demo.adventureworks import SITE
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.models import Balance, StockTask, SupplyRule
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.rules import save_put_away_rule, save_supply_rule
from p2p.inventory.services.supply import call, replenish
from strategies.models import Location
from strategies.services.importer import take_rows

CAME_BACK = "LEFTOVERS"
LINES = ("50", "60")
MOST = 4


def open_store(say: Say) -> Mapping[str, object]:
    """Walk order, put-away rules, leftovers of the lines in receiving, two kanban cards and two min-max places."""
    shane = User.objects.get(username="shane")
    places = {place.code: place for place in Location.objects.filter(site__code=SITE).select_related("site")}
    _walk(list(places.values()), shane)
    back = _leftovers(places["RECEIVING"], shane)
    for each in back:
        save_put_away_rule(
            site=each.location.site,
            location=each.location,
            item=each.item,
            capacity=Decimal(100000),
            by=shane,
        )
    post(lines=[_line(each, places["RECEIVING"]) for each in back], by=shane)
    rules = [rule for code in LINES for rule in _rules(places[code], shane)]
    for rule in rules:
        if rule.card:
            call(card=f"{rule.card}/1", by=shane)
    replenish(site=places["RECEIVING"].site, by=shane)
    return {"put_away": StockTask.objects.filter(kind="put_away").count(), "supply_rules": len(rules)}


def _walk(places: list[Location], by: User) -> None:
    inside = [place for place in places if place.holds_stock]
    rows = [
        {
            "site": SITE,
            "code": place.code,
            "name": place.name,
            "kind": place.kind,
            "walk_order": str(10 * turn),
        }
        | ({"vendor": place.vendor.number} if place.vendor else {})
        for turn, place in enumerate(sorted(inside, key=lambda one: one.code), 1)
    ]
    take_rows(sheet="locations", rows=rows, partly=False, dry_run=False, roles=(), by=by)


def _leftovers(_receiving: Location, _by: User) -> list[Balance]:
    """Free stock of four untracked parts in stores, a little of each of which has come back."""
    rows = Balance.objects.filter(
        location__site__code=SITE, location__kind="store", lot=None, serial=None, reserved=0, quantity__gte=40
    )
    related = rows.select_related("item__unit", "location__site")
    return list(related.order_by("item__number", "pk").distinct("item__number")[:MOST])


def _line(each: Balance, receiving: Location) -> MoveLine:
    said = {"kind": "transfer", "quantity": Decimal(12), "reference": CAME_BACK}
    return MoveLine(item=each.item, source=each.location, target=receiving, **said)


def _rules(line: Location, by: User) -> list[SupplyRule]:
    """At each line one part by kanban and one by minimum and maximum, both of what lies there."""
    rows = Balance.objects.filter(location=line, lot=None, serial=None, quantity__gt=0).select_related(
        "item__unit"
    )
    first, second = list(rows.order_by("item__number", "pk").distinct("item__number")[:2])
    there = second.quantity.to_integral_value()
    return [
        save_supply_rule(
            item=first.item,
            location=line,
            method="kanban",
            card=f"KB-{line.code}-{first.item.number}",
            bins=3,
            bin_quantity=Decimal(20),
            by=by,
        ),
        save_supply_rule(item=second.item, location=line, minimum=there + 10, maximum=there + 60, by=by),
    ]


def is_open() -> bool:
    return SupplyRule.objects.filter(location__site__code=SITE).exists()


STEPS.append(Step("warehouse", "A morning in the store", open_store, is_open))
