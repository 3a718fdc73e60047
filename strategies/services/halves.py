"""What pieces are called between two operations of a route: a half-finished item. What it may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.engine.routing import ends
from strategies.models import Item, RouteOperation
from strategies.services.bill_checks import USABLE

FIELD = "half_finished"


def halves_hold(made: Item, rows: Collection[RouteOperation], last: int) -> None:
    """Refused, naming the operation, for an operation of a route for `made` that leaves its pieces as no half-finished
    item of it; for `last`, and what may be done instead of it, behind which the pieces are the product; and for two
    operations with the same one, which nobody could tell apart. Alternates of each other may share one. The items and
    alternates of `rows` are to be read along; no query then."""
    seen: dict[int, RouteOperation] = {}
    for row in sorted(rows, key=lambda one: one.number):
        half, main = row.half_finished, row.alternate_of or row
        if half is None:
            continue
        fits(row.number, half, made)
        if main.number == last:
            raise Refused(
                _("Operation {number} is the last: what leaves it is {product}, not {item}."),
                code="last_operation",
                field=FIELD,
                number=row.number,
                product=made.number,
                item=half.number,
            )
        other = seen.setdefault(half.pk, row)
        if (other.alternate_of or other).number != main.number:
            raise Refused(
                _(
                    "Operation {number} leaves {item} as operation {other} does: nobody could tell them apart."
                ),
                code="half_finished_twice",
                field=FIELD,
                number=row.number,
                other=other.number,
                item=half.number,
            )


def halves_stand_right(made: Item, rows: Sequence[RouteOperation]) -> None:
    """Refused as `halves_hold` does, for operations read along with what they wait for; while several come last nobody
    knows yet which does. No query."""
    own = {row.pk: row.number for row in rows if row.alternate_of_id is None}
    before = [(link.before_id, row.number) for row in rows for link in row.links_before.all()]
    links = [(own[key], number) for key, number in before if key in own]
    last = ends(own.values(), links)
    if len(last) == 1:
        halves_hold(made, rows, last[0])


def odd_halves(lasts: Mapping[int, int]) -> set[int]:
    """Of routes with the key of their last operation each those that `halves_hold` would refuse. One query."""
    rows = RouteOperation.objects.filter(route__in=lasts, half_finished__isnull=False).order_by("pk")
    columns = ("route", "pk", "alternate_of", "half_finished", "route__item")
    about = ("half_finished__active", "half_finished__kind", "half_finished__unit", "route__item__unit")
    found: set[int] = set()
    mains: dict[tuple[int, int], int] = {}
    for route, key, instead, half, item, active, kind, unit, counted in rows.values_list(*columns, *about):
        main = instead or key
        again = mains.setdefault((route, half), main) != main
        unfit = half == item or not active or kind == Item.Kind.SERVICE or unit != counted
        if unfit or again or main == lasts[route]:
            found.add(route)
    return found


def fits(number: int, half: Item, made: Item) -> None:
    """Refused, naming the operation, for what can be no half-finished item of `made`: itself, a service, an item out of
    use, one counted in another unit."""
    named: dict[str, Any] = {"field": FIELD, "number": number, "item": half.number}
    if half.pk == made.pk:
        raise Refused(
            _("Operation {number} cannot leave {item}: that is what the whole route makes."),
            code="made_itself",
            **named,
        )
    if not half.active:
        raise Refused(_("Operation {number} leaves {item}, which is out of use."), code="out_of_use", **named)
    if half.kind == Item.Kind.SERVICE:
        raise Refused(_("Operation {number} leaves {item}, which is a service."), code="service", **named)
    if half.unit_id != made.unit_id:
        raise Refused(
            _(
                "Operation {number} leaves {item}, counted in {unit}: pieces between operations are counted as "
                "{product} is, in {wanted}."
            ),
            code="other_unit",
            unit=half.unit.code,
            product=made.number,
            wanted=made.unit.code,
            **named,
        )


def left_by_routes(items: Iterable[Item]) -> list[Refused]:
    """An objection for each item that an operation of a route in use leaves its pieces as. One query."""
    named = {item.pk: item for item in items}
    rows = RouteOperation.objects.filter(half_finished__in=named, route__state__in=USABLE)
    first = rows.order_by("half_finished_id", "route__item__number", "number", "pk").distinct(
        "half_finished_id"
    )
    return [
        Refused(
            _("{item} is what operation {number} of {route} leaves: copy the route and change that first."),
            code="in_use",
            about=named[row.half_finished_id or 0],
            item=named[row.half_finished_id or 0].number,
            number=row.number,
            route=str(row.route),
        )
        for row in first.select_related("route__item", "route__site")
    ]


def counted_otherwise(units: Mapping[int, int]) -> Iterator[Refused]:
    """An objection for each item that would be counted in another unit (item key -> unit key) than what a route in use
    makes of it, or the other way round. One query."""
    rows = RouteOperation.objects.filter(
        Q(half_finished__in=units) | Q(route__item__in=units),
        half_finished__isnull=False,
        route__state__in=USABLE,
    )
    told: set[int] = set()
    for row in rows.select_related("half_finished", "route__item", "route__site").order_by("pk"):
        half, made = row.half_finished, row.route.item
        assert half is not None
        if units.get(half.pk, half.unit_id) == units.get(made.pk, made.unit_id):
            continue
        item = half if half.pk in units else made
        if item.pk not in told:
            told.add(item.pk)
            yield Refused(
                _("Operation {number} of {route} leaves {half}, which has to be counted as {product} is."),
                code="other_unit",
                field="unit",
                about=item,
                number=row.number,
                route=str(row.route),
                half=half.number,
                product=made.number,
            )
