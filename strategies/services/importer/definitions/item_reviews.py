"""What only shows when the rows of items, order settings and conversions are stored: who counts them how, who
still wants them, which of them contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.facts import objections_by_record
from strategies.facts import ItemsRecounting, ItemsRetiring
from strategies.models import Item, OutsourcingPolicy, RouteOperation, Unit
from strategies.selectors.outside import gaps
from strategies.services.halves import counted_otherwise
from strategies.services.importer.sheets import Problem, Row
from strategies.services.items import in_definitions
from strategies.services.phantom_weights import in_use_as_phantom, takers
from strategies.services.units import contradictions, contradicts, words_of

Known = Mapping[str, tuple[int, int, str, bool, int | None]]


def _known(rows: Sequence[Row]) -> Known:
    numbers = [row.values["number"] for row in rows]
    found = Item.objects.filter(number__in=numbers).values_list(
        "number", "pk", "unit_id", "tracking", "active", "catch_unit_id"
    )
    return {
        number: (pk, unit, tracking, active, catch) for number, pk, unit, tracking, active, catch in found
    }


def counted_items_stay(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard of items: another unit or tracking of something that is counted, or out of use while wanted. Five
    queries, and those of who objects."""
    known = _known(rows)
    recounted, retired = {}, {}
    for row in rows:
        was = known.get(row.values["number"])
        if was is None:
            continue
        pk, unit, tracking, active, catch = was
        kept = ("tracking", tracking), ("catch_unit", catch)
        if row.values["unit"] != unit or any(
            name in row.given and row.values[name] != value for name, value in kept
        ):
            recounted[pk] = row
        if active and row.values["active"] is False:
            retired[pk] = row
    yield from _objections(recounted, ItemsRecounting, "unit")
    for no in counted_otherwise({pk: row.values["unit"] for pk, row in recounted.items()}):
        yield Problem("items", str(no), recounted[no.about.pk].line, "unit", code=no.code)
    yield from _objections(retired, ItemsRetiring, "active")
    for no in in_definitions(Item.objects.in_bulk(retired).values()) if retired else ():
        yield Problem("items", str(no), retired[no.about.pk].line, "active", code=no.code)


def _objections(rows: Mapping[int, Row], fact: Any, column: str) -> Iterator[Problem]:
    if not rows:
        return
    items = tuple(Item.objects.filter(pk__in=rows).order_by("pk"))
    for key, said in objections_by_record(fact(items=items)).items():
        for sentence in said[:1]:
            yield Problem("items", sentence, rows[key].line, column, code="counted")


def items_make_sense(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of items: what is stored now must not contradict itself. Eight queries."""
    lines = {row.values["number"]: row.line for row in rows}
    mine = Item.objects.filter(number__in=lines)
    untracked = mine.filter(tracking="none").filter(Q(shelf_life_days__gt=0) | Q(retest_days__gt=0))
    for number in untracked.values_list("number", flat=True):
        text = _("Shelf life is kept by lot: track {item} by lot or serial number first.")
        yield Problem("items", text.format(item=number), lines[number], "shelf_life_days", code="untracked")
    for number in (
        mine.filter(kind="service")
        .filter(~Q(tracking="none") | Q(phantom=True))
        .values_list("number", flat=True)
    ):
        text = _("{item} is a service: it is neither tracked nor a phantom.")
        yield Problem("items", text.format(item=number), lines[number], "kind", code="service")
    both = Q(tracking="serial") | Q(kind="service") | Q(phantom=True) | Q(catch_unit=F("unit"))
    for number in mine.filter(both, catch_unit__isnull=False).values_list("number", flat=True):
        text = _(
            "{item} cannot be weighed and counted: it is a service or a phantom, has serial numbers, or names one unit "
            "twice."
        )
        yield Problem("items", text.format(item=number), lines[number], "catch_unit", code="catch_weight")
    for line in takers(list(mine.filter(catch_unit__isnull=False).values_list("pk", flat=True))):
        place = lines[line.component.number]
        yield Problem("items", str(in_use_as_phantom(line)), place, "catch_unit", code="phantom_weighed")
    yield from _variants(lines)


def _variants(lines: Mapping[str, int]) -> Iterator[Problem]:
    mine = Q(number__in=lines) | Q(variant_of__number__in=lines)
    nested = Item.objects.filter(mine, variant_of__variant_of__isnull=False)
    for number, model in nested.values_list("number", "variant_of__number"):
        text = _("{model} is a variant itself: {item} has to be one of its model.")
        line = lines.get(number) or lines[model]
        yield Problem("items", text.format(item=number, model=model), line, "variant_of", code="variant")
    bare = Item.objects.filter(number__in=lines, variant_of__isnull=False, attributes={})
    for number, model in bare.values_list("number", "variant_of__number"):
        text = _("Say by which attributes {item} differs from {model}.")
        yield Problem(
            "items", text.format(item=number, model=model), lines[number], "variant_of", code="variant"
        )
    twins = Item.objects.filter(number__in=lines, variant_of__isnull=False).filter(
        variant_of__variants__attributes=F("attributes"), variant_of__variants__number__lt=F("number")
    )
    for number, model, twin in twins.values_list(
        "number", "variant_of__number", "variant_of__variants__number"
    ):
        text = _("{twin} is the variant of {model} with these attributes already.")
        yield Problem(
            "items", text.format(twin=twin, model=model), lines[number], "variant_of", code="variant"
        )


def settings_have_ranks(row: Row) -> Iterable[tuple[str, str]]:
    """Check of item_policies: settings for some variants need a rank, else they would hold for all."""
    if row.values["variant"] and not row.values["rank"]:
        yield "rank", _("Settings for some variants need a rank above 0.")


def conversions_agree(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of unit_conversions: a way round that does not lead back to one, named at the line that closes
    it. Four queries."""
    loops = contradictions()
    if not loops:
        return
    units = dict(Unit.objects.values_list("pk", "code"))
    numbers = dict(
        Item.objects.filter(pk__in={row.values["item"] for row in rows}).values_list("pk", "number")
    )
    for loop in loops:
        steps = {frozenset(pair) for pair in zip(loop.path, loop.path[1:], strict=False)}
        for row in reversed(rows):
            pair = frozenset((units[row.values["source"]], units[row.values["target"]]))
            if pair in steps and numbers.get(row.values["item"], "") in ("", loop.item):
                text = str(contradicts(loop)).format(**words_of(loop))
                yield Problem("unit_conversions", text, row.line, "numerator", code="contradiction")
                break


def operations_exist(rows: Sequence[Row]) -> Iterator[Problem]:
    """Finish of outsourcing_policies: an operation that no route of the item has is never sent out. One
    query."""
    asked = {
        (row.values["item"], row.values["operation_number"]): row
        for row in rows
        if row.values["operation_number"]
    }
    known = set(
        RouteOperation.objects.filter(route__item__in={item for item, _number in asked}).values_list(
            "route__item", "number"
        )
    )
    for key, row in asked.items():
        if key not in known:
            text = _("No route of the item has an operation {number}: the policy waits for one.")
            yield Problem(
                "outsourcing_policies",
                text.format(number=key[1]),
                row.line,
                "operation_number",
                "warning",
                "no_operation",
            )


def overflow_can_go(rows: Sequence[Row]) -> Iterator[Problem]:
    """Finish of outsourcing_policies: overflow to a vendor who has no price for the work, or nobody says how long it
    takes. Four queries."""
    lines = {
        tuple(
            row.values[name] for name in ("site", "item", "operation_number", "vendor", "valid_from")
        ): row.line
        for row in rows
    }
    stored = OutsourcingPolicy.objects.filter(
        rule=OutsourcingPolicy.Rule.OVERFLOW, item__in={key[1] for key in lines}
    )
    policies = list(stored.select_related("vendor", "item").order_by("pk"))
    found = gaps(policies, clock.today())
    for row in policies:
        key = (row.site_id, row.item_id, row.operation_number, row.vendor_id, row.valid_from)
        if row.pk in found and key in lines:
            gap = found[row.pk]
            yield Problem("outsourcing_policies", str(gap), lines[key], "vendor", "warning", gap.want)


def one_policy_a_day(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of outsourcing_policies: two that begin on one day for the same operation. One query."""
    lines = {
        (
            row.values["site"],
            row.values["item"],
            row.values["operation_number"],
            row.values["valid_from"],
        ): row
        for row in rows
    }
    found: dict[Any, str] = {}
    stored = OutsourcingPolicy.objects.filter(item__in={key[1] for key in lines}).order_by("pk")
    for *key, vendor in stored.values_list(
        "site_id", "item_id", "operation_number", "valid_from", "vendor__number"
    ):
        place = tuple(key)
        if place in found and place in lines:
            text = _("A policy for this operation begins on that day already, with {other}.")
            yield Problem(
                "outsourcing_policies",
                text.format(other=found[place]),
                lines[place].line,
                "valid_from",
                code="exists",
            )
        found.setdefault(place, vendor)
