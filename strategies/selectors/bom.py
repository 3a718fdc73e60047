"""Reading bills: one level of a tree, sums over all levels, and where an item goes.

The bill of an item on a day is its active version that holds then, by the rule of `selectors.versions`: one for
the site before one for all sites, the highest quantity step not above what is needed of the item, else the lowest.
Nothing walks paths: the database reaches each item once, and quantities are added up level by level. The scrap of
routes is in all figures, what vendors supply in none, and phantoms go by the version and route their lines name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from strategies.engine.bom import Loop
from strategies.engine.need import COLUMNS, Row
from strategies.engine.units import Conversions
from strategies.models import BomLine, BomVersion, Item, Site
from strategies.selectors.bom_rules import Node, Rules, Taken, decimal_amount
from strategies.selectors.bom_up import where_used
from strategies.selectors.bom_walk import Needed, Sums, sums
from strategies.selectors.needs import Amount

_PICK = """
    SELECT pick.id, pick.batch_quantity, pick.yield_fraction
      FROM strategies_bomversion AS pick
     WHERE pick.item_id = {item} AND pick.state = 'active'
       AND (pick.site_id = %(site)s OR pick.site_id IS NULL)
       AND (pick.valid_from IS NULL OR pick.valid_from <= %(day)s)
       AND (pick.valid_to IS NULL OR pick.valid_to >= %(day)s)
     ORDER BY pick.from_quantity > %(quantity)s, pick.site_id IS NULL,
              abs(pick.from_quantity - %(quantity)s), pick.id
     LIMIT 1
"""


@dataclass(frozen=True)
class Branch:
    """One line of an opened bill: what of the component one piece of the parent takes, and for the root."""

    line: BomLine
    per_parent: Decimal
    per_root: Decimal
    has_bill: bool


def bill_of(
    item: Item, *, day: date, site: Site | None = None, quantity: Decimal = Decimal(1)
) -> BomVersion | None:
    """The version that holds. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PICK.format(item="%(item)s"), _asked(item, day, site, quantity))
        row = cursor.fetchone()
    return BomVersion.objects.select_related("item__unit", "site").get(pk=row[0]) if row else None


def opened_bill(item: Item, *, top: int, day: date, site: Site | None = None) -> BomVersion | None:
    """The version that holds for all that a batch of a bill (key `top`) takes of the item, as its sums choose it; for
    one piece where no bill is named or the bill takes none. Two queries, with versions by quantity eight or more."""
    by_quantity = BomVersion.objects.filter(item=item, state="active", from_quantity__gt=0)
    bom = BomVersion.objects.select_related("item__unit").filter(pk=top).first() if top else None
    if bom is None or not by_quantity.exists():
        return bill_of(item, day=day, site=site)
    try:
        found = sums(bom.item, Fraction(bom.batch_quantity), day=day, site=site, opened=bom.pk)
    except (Loop, Refused):
        # What keeps the sums from being reckoned is said where they are; the rows can be looked at.
        return bill_of(item, day=day, site=site)
    amount = found.amounts.get(Node(item.pk))
    return bill_of(item, day=day, site=site, quantity=decimal_amount(amount) if amount else Decimal(1))


def named_bill(item: Item, key: int) -> BomVersion | None:
    """The version that a phantom's line names, if it may be used. One query, none without a key."""
    usable = BomVersion.objects.filter(pk=key, item=item, state__in=("active", "approved"))
    return usable.select_related("item__unit", "site").first() if key else None


def _asked(item: Item, day: date, site: Site | None, quantity: Decimal) -> dict[str, Any]:
    return {"item": item.pk, "day": day, "site": site.pk if site else None, "quantity": quantity}


def children(
    bom: BomVersion,
    *,
    day: date,
    site: Site | None = None,
    factor: Fraction = Fraction(1),
    ways: Conversions | None = None,
    route: int | None = None,
) -> list[Branch]:
    """The lines of one bill that hold on a day; `factor` pieces of its item go into one root. `route`: the one by
    which it is made, where a line above names it. Three queries, with steps or route scrap up to eight."""
    lines = [
        line
        for line in bom.lines.select_related("component__unit", "unit").order_by("position")
        if (line.valid_from is None or line.valid_from <= day)
        and (line.valid_to is None or day <= line.valid_to)
    ]
    opened = set(
        BomVersion.objects.filter(item__in={line.component_id for line in lines}, state="active").values_list(
            "item_id", flat=True
        )
    )
    batch, parent = Fraction(bom.batch_quantity), Node(bom.item_id, None, route)
    own = [(line, taken_of(line)) for line in lines]
    rules = Rules(site, day, [(bom.item_id, taken) for _line, taken in own if taken], ways)
    branches = []
    for line, taken in own:
        if taken is None:
            # Nothing of ours is taken: the vendor brings it.
            branches.append(Branch(line, Decimal(0), Decimal(0), False))
            continue
        rule = rules.of(taken, line.component, bom.batch_quantity, parent, batch)
        per = rule.needed(batch) / (batch * Fraction(bom.yield_fraction))
        branches.append(Branch(line, decimal_of(per), decimal_of(per * factor), line.component_id in opened))
    return branches


def taken_of(line: BomLine) -> Taken | None:
    """The line as the walk reads it; None for what a vendor supplies. Its unit has to be there already."""
    if line.kind == BomLine.Kind.VENDOR:
        return None
    said = Row(*(getattr(line, name) for name in COLUMNS))
    return Taken(node_of(line), line.pk, line.operation_number, line.unit.code, said)


def node_of(line: BomLine) -> Node:
    """What the line takes: of a phantom the version and route it names, too."""
    if line.kind != BomLine.Kind.PHANTOM:
        return Node(line.component_id)
    return Node(line.component_id, line.component_bom_id, line.component_route_id)


def explode(item: Item, *, quantity: Decimal, day: date, site: Site | None = None) -> list[Needed]:
    """Everything that `quantity` of an item takes, on all levels, each component once with its sum, as planning comes
    to it but for what is in stock. Three queries, with steps or route scrap up to eight."""
    return _needs(sums(item, Fraction(quantity), day=day, site=site))


def explode_version(bom: BomVersion, *, day: date) -> list[Needed]:
    """What one batch of this version takes on all levels, whatever its state; below its own lines the bills that
    hold. As many queries as `explode`."""
    return _needs(sums(bom.item, Fraction(bom.batch_quantity), day=day, site=bom.site, opened=bom.pk))


def opened_below(bom: BomVersion, *, day: date, site: Site | None) -> dict[Node, tuple[int, list[int]]]:
    """Each node of all levels of one batch, the version itself first: key of its bill, and of the lines that hold."""
    found = sums(bom.item, Fraction(bom.batch_quantity), day=day, site=site, opened=bom.pk)
    return {node: (bill.key, [line.line for line in bill.lines]) for node, bill in found.bills.items()}


def _needs(found: Sums) -> list[Needed]:
    """By item: one that is taken by different versions is summed up."""
    amounts: dict[int, Amount] = {}
    levels: dict[int, int] = {}
    for node, amount in found.amounts.items():
        amounts[node.item] = amounts.get(node.item, 0) + amount
        levels[node.item] = max(levels.get(node.item, 0), found.levels[node])
    return [
        Needed(found.items[key], decimal_amount(amount), levels[key], key in found.direct)
        for key, amount in sorted(amounts.items(), key=lambda one: levels[one[0]])
    ]


__all__ = [
    "Branch", "Needed", "bill_of", "children", "explode", "explode_version", "named_bill", "node_of", "opened_below",
    "opened_bill", "taken_of", "where_used",
]  # fmt: skip
