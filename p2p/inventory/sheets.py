"""The sheet of opening stock: what lay where on the day a plant started here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Lot, Move
from p2p.inventory.services.ledger import MoveLine, post
from strategies.models import Item, Location, Site
from strategies.services.importer import (
    Column,
    Day,
    Number,
    Problem,
    Reference,
    Row,
    Sheet,
    Tally,
    Text,
    register_sheet,
)

if TYPE_CHECKING:
    from p2p.core.models import User

SHEET = "opening_stock"


def _opened(rows: Sequence[Row]) -> dict[tuple[int, int, str], Decimal]:
    """(item, location, lot number) -> what has been opened there already. One query."""
    moves = Move.objects.filter(kind=Move.Kind.OPENING, target__in={row.values["target"] for row in rows})
    sums = moves.values("item", "target", "lot__number").order_by().annotate(whole=Sum("quantity"))
    return {(one["item"], one["target"], one["lot__number"] or ""): one["whole"] for one in sums}


def _key(row: Row) -> tuple[int, int, str]:
    return row.values["item"], row.values["target"], row.values["lot"]


def fits_what_was_opened(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: opened once; what is different now is for a count to say. Lots as the item wants them."""
    known = _opened(rows)
    tracking = dict(Item.objects.values_list("pk", "tracking"))
    for row in rows:
        before, now = known.get(_key(row)), row.values["quantity"]
        if before is not None and before != now:
            text = _("{before} were opened here before: book the difference to {now} with a count.")
            text = text.format(before=plain(before), now=plain(now))
            yield Problem(SHEET, text, row.line, "quantity", code="opened_before")
        yield from _tracking(row, tracking[row.values["item"]])


def _tracking(row: Row, tracking: str) -> Iterator[Problem]:
    if tracking == Item.Tracking.LOT and not row.values["lot"]:
        yield Problem(
            SHEET, _("This item is kept by lot: name the lot."), row.line, "lot", code="lot_missing"
        )
    if tracking == Item.Tracking.NONE and row.values["lot"]:
        yield Problem(SHEET, _("This item is not kept by lot."), row.line, "lot", code="not_tracked")
    if tracking == Item.Tracking.SERIAL:
        text = _("Pieces with serial numbers are received one by one, not opened.")
        yield Problem(SHEET, text, row.line, "item", code="serial")


def _store(rows: Sequence[Row], by: User | None) -> Tally:
    known = _opened(rows)
    new = [row for row in rows if _key(row) not in known]
    post(lines=_lines(new), by=by)
    return Tally(created=len(new), unchanged=len(rows) - len(new))


def _lines(rows: Sequence[Row]) -> list[MoveLine]:
    items = Item.objects.select_related("unit").in_bulk({row.values["item"] for row in rows})
    places = Location.objects.select_related("site").in_bulk({row.values["target"] for row in rows})
    outside = {
        place.site_id: place
        for place in Location.objects.filter(kind=Location.Kind.ADJUSTMENT)
        .select_related("site")
        .order_by("-pk")
    }
    lots = _lots(rows)
    return [
        MoveLine(
            item=items[row.values["item"]],
            source=_from(outside, places[row.values["target"]]),
            target=places[row.values["target"]],
            quantity=row.values["quantity"],
            kind=Move.Kind.OPENING,
            lot=lots.get((row.values["item"], row.values["lot"])),
            reference="OPENING",
            effective_at=_morning(row.values["effective_at"], places[row.values["target"]].site.time_zone),
        )
        for row in rows
    ]


def _from(outside: dict[int, Location], place: Location) -> Location:
    if place.site_id not in outside:
        raise Refused(
            gettext_lazy("Site {site} has no location of the kind adjustment to open stock from."),
            code="no_outside",
            site=place.site,
        )
    return outside[place.site_id]


def _morning(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone))


def _lots(rows: Sequence[Row]) -> dict[tuple[Any, str], Lot]:
    wanted = {(row.values["item"], row.values["lot"]) for row in rows if row.values["lot"]}
    if not wanted:
        return {}
    Lot.objects.bulk_create(
        [Lot(item_id=item, number=number) for item, number in sorted(wanted)], ignore_conflicts=True
    )
    by_item: dict[int, set[str]] = defaultdict(set)
    for item, number in wanted:
        by_item[item].add(number)
    found = Lot.objects.filter(item__in=by_item, number__in={number for _item, number in wanted})
    return {(lot.item_id, lot.number): lot for lot in found}


OPENING_STOCK = Sheet(
    name=SHEET,
    title=gettext_lazy("Opening stock"),
    about=gettext_lazy("What lay where before the first day; later differences are counted."),
    model=Move,
    key=("item", "target", "lot"),
    after=("items", "locations"),
    guards=(fits_what_was_opened,),
    store=_store,
    fields=(
        Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL"),
        Reference(
            "target", Location, ("site", "location"), ("site__code", "code"), required=True, example="A-01"
        ),
        Reference("item", Item, ("item",), ("number",), required=True, example="BB-7421"),
        Column("lot", Text(60)),
        Column("quantity", Number(above=Decimal(0)), required=True, example="120"),
        Column("day", Day(), field="effective_at", required=True, example="2026-01-01"),
    ),
)


def register() -> None:
    """Called once, when apps are ready."""
    register_sheet(OPENING_STOCK)
