"""The sheet of opening stock: what lay where on the day a plant started here."""

from __future__ import annotations

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
from p2p.inventory.lot_sheets import lots_said, lots_that_differ
from p2p.inventory.models import Balance, Lot, Move, Serial
from p2p.inventory.services.catch import check_pieces
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
OPENED = "OPENING"


Key = tuple[int, int, str, str]


def _opened(rows: Sequence[Row]) -> dict[Key, Decimal]:
    """(item, location, lot number, serial number) -> what has been opened there already. One query."""
    moves = Move.objects.filter(kind=Move.Kind.OPENING, target__in={row.values["target"] for row in rows})
    # What was opened for an order in work was issued to it at once: it does not lie there.
    sums = moves.filter(reference=OPENED).values("item", "target", "lot__number", "serial__number").order_by()
    return {
        (one["item"], one["target"], one["lot__number"] or "", one["serial__number"] or ""): one["whole"]
        for one in sums.annotate(whole=Sum("quantity"))
    }


def _key(row: Row) -> Key:
    return row.values["item"], row.values["target"], row.values["lot"], row.values["serial"]


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
    yield from _weighed(rows)
    yield from _serials(rows)
    yield from lots_that_differ(SHEET, rows)


def _tracking(row: Row, tracking: str) -> Iterator[Problem]:
    lot, serial = row.values["lot"], row.values["serial"]
    if tracking == Item.Tracking.LOT and not lot:
        yield _no(row, "lot", _("This item is kept by lot: name the lot."), "lot_missing")
    if tracking == Item.Tracking.NONE and lot:
        yield _no(row, "lot", _("This item is not kept by lot."), "not_tracked")
    if tracking == Item.Tracking.SERIAL and not serial:
        yield _no(row, "serial", _("This item is kept by serial number: name it, a line a piece."), "serial")
    if tracking != Item.Tracking.SERIAL and serial:
        yield _no(row, "serial", _("This item is not kept by serial number."), "not_tracked")
    if serial and row.values["quantity"] != 1:
        yield _no(row, "quantity", _("A line with a serial number is one piece."), "serial")


def _weighed(rows: Sequence[Row]) -> Iterator[Problem]:
    """Pieces of what is weighed and counted, and of nothing else. One query."""
    weighed = Item.objects.filter(catch_unit__isnull=False).select_related("unit", "catch_unit")
    found = weighed.in_bulk({row.values["item"] for row in rows})
    for row in rows:
        item, pieces = found.get(row.values["item"]), row.values["catch_quantity"]
        if item is None:
            if pieces is not None:
                text = _("This item is not counted beside its weight.")
                yield _no(row, "catch_quantity", text, "catch_weight")
            continue
        try:
            check_pieces(item, row.values["quantity"], pieces)
        except Refused as no:
            yield _no(row, "catch_quantity", str(no), no.code)


def _no(row: Row, column: str, text: str, code: str) -> Problem:
    return Problem(SHEET, text, row.line, column, code=code)


def _serials(rows: Sequence[Row]) -> Iterator[Problem]:
    """A piece is in one place: within the file, and with what is in stock already. One query."""
    named = [row for row in rows if row.values["serial"]]
    seen: dict[tuple[int, str], Row] = {}
    there = {
        (item, number): place
        for item, number, place in Balance.objects.filter(
            quantity__gt=0, serial__number__in={row.values["serial"] for row in named}
        ).values_list("item_id", "serial__number", "location_id")
    }
    for row in named:
        key = (row.values["item"], row.values["serial"])
        if key in seen:
            text = _("This serial number stands in line {line} already: a piece is in one place.")
            yield _no(row, "serial", text.format(line=seen[key].line), "serial_twice")
        elif there.get(key, row.values["target"]) != row.values["target"]:
            yield _no(row, "serial", _("This piece is in stock at another place already."), "serial_twice")
        seen.setdefault(key, row)


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
    lots, serials = _lots(rows), _pieces(rows)
    return [
        MoveLine(
            item=items[row.values["item"]],
            source=_from(outside, places[row.values["target"]]),
            target=places[row.values["target"]],
            quantity=row.values["quantity"],
            catch_quantity=row.values["catch_quantity"],
            kind=Move.Kind.OPENING,
            lot=lots.get((row.values["item"], row.values["lot"])),
            serial=serials.get((row.values["item"], row.values["serial"])),
            reference=OPENED,
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
    wanted = lots_said(rows)
    if not wanted:
        return {}
    Lot.objects.bulk_create([lot for _key, lot in sorted(wanted.items())], ignore_conflicts=True)
    found = Lot.objects.filter(
        item__in={item for item, _number in wanted}, number__in={number for _item, number in wanted}
    )
    return {(lot.item_id, lot.number): lot for lot in found}


def _pieces(rows: Sequence[Row]) -> dict[tuple[Any, str], Serial]:
    wanted = {(row.values["item"], row.values["serial"]) for row in rows if row.values["serial"]}
    if not wanted:
        return {}
    Serial.objects.bulk_create(
        [Serial(item_id=item, number=number) for item, number in sorted(wanted)], ignore_conflicts=True
    )
    found = Serial.objects.filter(
        item__in={item for item, _number in wanted}, number__in={number for _item, number in wanted}
    )
    return {(piece.item_id, piece.number): piece for piece in found}


def _days_in_order(row: Row) -> Iterator[tuple[str, str]]:
    made, expires = row.values["made_on"], row.values["expires_on"]
    if made and expires and expires < made:
        yield "expires_on", _("The lot would expire before it was made.")


OPENING_STOCK = Sheet(
    opens=True,
    name=SHEET,
    title=gettext_lazy("Opening stock"),
    about=gettext_lazy("What lay where before the first day; later differences are counted."),
    model=Move,
    key=("item", "target", "lot", "serial"),
    after=("items", "locations"),
    checks=(_days_in_order,),
    guards=(fits_what_was_opened,),
    store=_store,
    fields=(
        Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL"),
        Reference(
            "target", Location, ("site", "location"), ("site__code", "code"), required=True, example="A-01"
        ),
        Reference("item", Item, ("item",), ("number",), required=True, example="BB-7421"),
        Column("lot", Text(60)),
        Column("serial", Text(60)),
        Column("quantity", Number(above=Decimal(0)), required=True, example="120"),
        Column(
            "catch_quantity",
            Number(above=Decimal(0)),
            help=gettext_lazy("pieces, of an item that is weighed and counted"),
        ),
        Column("day", Day(), field="effective_at", required=True, example="2026-01-01"),
        Column("vendor_lot", Text(60)),
        Column("made_on", Day()),
        Column("expires_on", Day()),
    ),
)


def register() -> None:
    """Called once, when apps are ready."""
    register_sheet(OPENING_STOCK)
