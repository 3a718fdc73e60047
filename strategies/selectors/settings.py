"""The order settings in force: for all items of a site at once, for the rows of a list, and for one item with
the reason why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When

from strategies.engine.settings import Rule, Verdict, Why, chosen, judged
from strategies.models import Item, ItemPolicy, Site


@dataclass(frozen=True)
class _Model:
    """What an item has that decides which rows fit it."""

    attributes: Mapping[str, object]
    variant_of: int | None


def settings_at(site: Site | None, items: Collection[int] | None = None) -> dict[int, ItemPolicy]:
    """The row in force for every item that has one, at a site (or at a site without rows of its own), with its
    vendor and location. Two queries, whatever the number of items; `items` narrows both."""
    odd = _odd_items(items)
    by_item = _rows_by_item(site, _with_models(items, odd))
    found: dict[int, ItemPolicy] = {}
    for item, rows in by_item.items():
        if item not in odd and len(rows) == 1 and (items is None or item in items):
            found[item] = rows[0]
        elif item not in odd and (items is None or item in items):
            _take(found, item, [_rule(row) for row in rows], site, {})
    for item, about in odd.items():
        rules = [_rule(row) for row in by_item.get(item, ())]
        if about.variant_of is not None:
            rules += [_rule(row, inherited=True) for row in by_item.get(about.variant_of, ())]
        _take(found, item, rules, site, about.attributes)
    return found


def _take(
    found: dict[int, ItemPolicy],
    item: int,
    rules: list[Rule[ItemPolicy]],
    site: Site | None,
    attributes: Mapping[str, object],
) -> None:
    row = chosen(rules, site=site.pk if site else None, attributes=attributes)
    if row is not None:
        found[item] = row
    else:
        found.pop(item, None)


def _odd_items(items: Collection[int] | None) -> dict[int, _Model]:
    """Items whose rows alone do not say which holds: variants, and those with rows that ask for attributes."""
    asking = ItemPolicy.objects.exclude(variant={}).values("item")
    rows = Item.objects.filter(Q(variant_of__isnull=False) | Q(pk__in=asking))
    if items is not None:
        rows = rows.filter(pk__in=items)
    return {
        key: _Model(attributes or {}, model)
        for key, attributes, model in rows.order_by().values_list("pk", "attributes", "variant_of_id")
    }


def _with_models(items: Collection[int] | None, odd: Mapping[int, _Model]) -> set[int] | None:
    if items is None:
        return None
    return {*items, *(about.variant_of for about in odd.values() if about.variant_of is not None)}


def _rows_by_item(site: Site | None, items: Collection[int] | None) -> dict[int, list[ItemPolicy]]:
    rows = settings_rows(site).select_related("site", "vendor", "location").order_by("pk")
    if items is not None:
        rows = rows.filter(item__in=items)
    found: dict[int, list[ItemPolicy]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    return found


def settings_rows(site: Site | None) -> QuerySet[ItemPolicy]:
    """The rows that may hold at a site: its own and those for all sites."""
    own = Q(site=site) if site else Q(pk__isnull=True)
    return ItemPolicy.objects.filter(own | Q(site__isnull=True))


def _rule(row: ItemPolicy, *, inherited: bool = False) -> Rule[ItemPolicy]:
    return Rule(row, site=row.site_id, rank=row.rank, wanted=row.variant, inherited=inherited)


def in_force(item: Any, site: Site | None) -> ItemPolicy | None:
    """The row in force for one item at a site. One query, two for a variant."""
    return settings_at(site, [item.pk]).get(item.pk)


def explained(item: Item, site: Site | None) -> list[Verdict[ItemPolicy]]:
    """Every row that concerns an item, the one in force first, each with why it holds or not. One query."""
    wanted = Q(item=item) | (Q(item=item.variant_of_id) if item.variant_of_id else Q(pk__isnull=True))
    rows = ItemPolicy.objects.filter(wanted).select_related("item__unit", "site", "vendor", "location")
    rules = [_rule(row, inherited=row.item_id != item.pk) for row in rows.order_by("site__code", "pk")]
    return judged(rules, site=site.pk if site else None, attributes=item.attributes)


def column(name: str, site: Site | None = None) -> Subquery:
    """A column of the row in force, for each row of a list of items: the same rule as `settings_at`, in SQL.

    Without a site, the settings of the first site that has rows of its own stand for the item.
    """
    rows = ItemPolicy.objects.filter(Q(item=OuterRef("pk")) | Q(item=OuterRef("variant_of_id")))
    if site is not None:
        rows = rows.filter(Q(site=site) | Q(site__isnull=True))
    fitting = rows.filter(variant__contained_by=OuterRef("attributes"))
    own = Case(When(item=OuterRef("pk"), then=Value(0)), default=Value(1))
    ordered = fitting.alias(own_=own).order_by(F("site_id").asc(nulls_last=True), "own_", "-rank", "pk")
    return Subquery(ordered.values(name)[:1])


__all__ = ["Verdict", "Why", "column", "explained", "in_force", "settings_at", "settings_rows"]
