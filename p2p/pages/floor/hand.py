"""What a person in the store has in hand: each scan adds to it, and the place it is put ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Lot, Serial, StockTask
from p2p.inventory.selectors.pieces import content
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.pages.floor.said import QUANTITY, Said, number, one_of, weight
from strategies.models import Item, Location, Site

LONGEST = 120
PIECES = ("lot", "serial", "item")


@dataclass(frozen=True, kw_only=True)
class Hand:
    """As it stands in an address and in the hidden fields of a form: numbers and codes, "" for what is not said.
    `count`: how many a weight is; `pieces`: serial numbers were scanned, which are kept apart."""

    source: str = ""
    item: str = ""
    lot: str = ""
    serial: str = ""
    unit: str = ""
    quantity: str = ""
    count: str = ""
    pieces: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Hand:
        return cls(**{name: str(said.get(name, "")).strip()[:LONGEST] for name in cls.__dataclass_fields__})

    def query(self) -> str:
        kept = {name: value for name, value in asdict(self).items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def fields(self) -> list[tuple[str, str]]:
        return list(asdict(self).items())


@dataclass(frozen=True)
class Held:
    """The records behind a hand, and the task it works on. `there` is how much of it lies at the source."""

    site: Site
    task: StockTask | None = None
    source: Location | None = None
    item: Item | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    unit: HandlingUnit | None = None
    quantity: Decimal | None = None
    target: Location | None = None
    into: HandlingUnit | None = None

    @property
    def has_piece(self) -> bool:
        return self.item is not None or self.unit is not None

    @property
    def whole_unit(self) -> bool:
        """A unit that goes as it is: nothing in it was named, and no other quantity."""
        named = (self.item, self.lot, self.serial, self.quantity)
        return self.unit is not None and all(one is None for one in named)

    def piles(self) -> Any:
        rows = Balance.objects.filter(location__site=self.site, quantity__gt=0)
        for column, record in (
            ("item", self.item),
            ("lot", self.lot),
            ("serial", self.serial),
            ("handling_unit", self.unit),
            ("location", self.source),
        ):
            rows = rows.filter(**{column: record}) if record else rows
        return rows

    @property
    def there(self) -> Decimal:
        return self.piles().aggregate(whole=Sum("quantity"))["whole"] or Decimal(0)


def held(hand: Hand, site: Site, task: StockTask | None = None) -> Held:
    """Read the records of a hand; what is not said comes from the task. Unknown ones are left out."""
    item = Item.objects.filter(number=hand.item).select_related("unit").first() if hand.item else None
    item = item or (task.item if task else None)
    source = _place(hand.source, site) or (task.source if task else None)
    unit = (
        HandlingUnit.objects.filter(number=hand.unit).select_related("location__site").first()
        if hand.unit
        else None
    )
    unit = unit or (task.handling_unit if task else None)
    return Held(
        site=site,
        task=task,
        source=source or (unit.location if unit else None),
        item=item,
        lot=_piece(Lot, hand.lot, item) or (task.lot if task else None),
        serial=_piece(Serial, hand.serial, item) or (task.serial if task else None),
        unit=unit,
        quantity=number(hand.quantity),
        target=task.target if task else None,
    )


def _place(code: str, site: Site) -> Location | None:
    return Location.objects.filter(site=site, code=code).select_related("site").first() if code else None


def _piece(model: Any, text: str, item: Item | None) -> Any:
    return model.objects.filter(item=item, number=text).first() if text and item else None


def with_amount(hand: Hand, text: str, *, unit: str = "", count: str = "") -> Hand:
    """A hand with another quantity, and how many pieces that is where they are weighed. Refused when one is none."""
    amount = weight(text, unit)
    if count.strip() and number(count.strip()) is None:
        raise Refused(
            _("{quantity} is no number of pieces: type a number above zero."), quantity=count.strip()
        )
    if amount is None:
        raise Refused(_("{quantity} is no quantity: type a number above zero."), quantity=text.strip() or "–")
    return replace(hand, quantity=plain(amount), count=count.strip())


@dataclass(frozen=True)
class Step:
    """What a scan led to: the hand as it is now, and the place (and unit) it is put to, which ends it."""

    hand: Hand
    target: Location | None = None
    into: HandlingUnit | None = None


def step(hand: Hand, said: Said, *, site: Site, task: StockTask | None = None) -> Step:
    """Add what was said to a hand. Refused, changing nothing: a code that is nothing here or may be several things,
    another item than the task's, a piece that does not lie at the source, or nothing in hand to put down."""
    now = held(hand, site, task)
    chosen = one_of(said, _fitting(scanned(said.code, site=site), now))
    if chosen is None:
        raise Refused(_("{said} is nothing that is known at {site}."), said=said.code or "–", site=site.code)
    if chosen.kind == QUANTITY:
        return Step(with_amount(hand, said.code))
    if chosen.kind == "place":
        return _at_place(hand, now, chosen.record)
    if chosen.kind == "unit":
        return _unit(hand, now, chosen.record)
    if chosen.kind in PIECES:
        return _with_piece(hand, now, chosen)
    raise Refused(_("{said} is a task or a card: open it from the menu."), said=said.code)


def _fitting(found: list[Found], now: Held) -> list[Found]:
    """Of the pieces of several items those of the item in hand, else those that lie at the source; lots of several
    items may carry one number. A place or unit of the same code stays: which one is meant is asked."""
    pieces = [one for one in found if one.kind in PIECES]
    fit = pieces
    if now.item is not None:
        fit = [one for one in pieces if one.item == now.item]
    elif now.source is not None and len(pieces) > 1:
        rows = Balance.objects.filter(location=now.source, quantity__gt=0)
        lying = set(rows.values_list("item", flat=True))
        fit = [one for one in pieces if one.item is not None and one.item.pk in lying]
    return [*(one for one in found if one.kind not in PIECES), *(fit or pieces)]


def _at_place(hand: Hand, now: Held, place: Location) -> Step:
    """Before anything is in hand a place is where it is taken from; afterwards where it is put, which ends it."""
    if now.task is not None:
        if place == now.target or hand.source == place.code:
            return Step(hand, target=place)
        lies = replace_source(now, place).piles().exists()
        return Step(replace(hand, source=place.code)) if lies else Step(hand, target=place)
    if not now.has_piece:
        return Step(_of_place(hand, place))
    if now.source is None:
        if not replace_source(now, place).piles().exists():
            raise Refused(_("There is none of it at {place}."), place=place.code)
        return Step(replace(hand, source=place.code))
    return Step(hand, target=place)


def replace_source(now: Held, place: Location | None) -> Held:
    return replace(now, source=place)


def _of_place(hand: Hand, place: Location) -> Hand:
    """A place in which one thing lies is scanned for that thing."""
    rows = Balance.objects.filter(location=place, quantity__gt=0).values_list(
        "item__number", "lot__number", "serial__number", "handling_unit"
    )
    lying = list(rows[:2])
    if len(lying) == 1 and lying[0][3] is None:
        item, lot, serial, _unit_key = lying[0]
        return Hand(source=place.code, item=item, lot=lot or "", serial=serial or "")
    return Hand(source=place.code)


def _unit(hand: Hand, now: Held, unit: HandlingUnit) -> Step:
    """A unit with the task's item, or alone, is taken; one that stands at the goal is what it is put into."""
    holds = content(unit).filter(quantity__gt=0)
    if now.task is not None:
        if holds.filter(item=now.task.item).exclude(location=now.target).exists():
            return Step(replace(hand, unit=unit.number, source=""))
        return Step(hand, target=_stands(unit), into=unit)
    if now.has_piece and now.source is not None:
        return Step(hand, target=_stands(unit), into=unit)
    return Step(seen(Hand(unit=unit.number), unit))


def seen(hand: Hand, unit: HandlingUnit | None) -> Hand:
    """The hand with the place where its unit stood when it was taken: whoever brings it elsewhere meanwhile is named
    before it is moved again."""
    return replace(hand, source=unit.location.code) if unit is not None and unit.location else hand


def _stands(unit: HandlingUnit) -> Location:
    if unit.location is None:
        raise Refused(_("{unit} stands nowhere yet: scan the place."), unit=unit.number)
    return unit.location


def _with_piece(hand: Hand, now: Held, chosen: Found) -> Step:
    item = chosen.item
    assert item is not None
    if now.task is not None and item != now.task.item:
        raise Refused(
            _("This is {item}: the task is for {wanted}. Nothing was changed."),
            item=f"{item.number} {item.name}",
            wanted=f"{now.task.item.number} {now.task.item.name}",
        )
    piece = {} if chosen.kind == "item" else {chosen.kind: chosen.record.number}
    if now.task is not None:
        return Step(replace(hand, item=item.number, **piece))
    new = Hand(source=hand.source, item=item.number, quantity=hand.quantity, **piece)
    places = _places_of(held(new, now.site))
    if hand.source and now.source not in places:
        raise Refused(_("There is no {item} at {place}."), item=item.number, place=hand.source)
    if not hand.source and len(places) == 1:
        return Step(replace(new, source=places[0].code))
    if not places:
        raise Refused(_("There is no {item} at {place}."), item=item.number, place=now.site.code)
    return Step(new)


def _places_of(now: Held) -> list[Location]:
    keys = now.piles().order_by("location").values_list("location", flat=True).distinct()
    return list(Location.objects.filter(pk__in=keys).order_by("walk_order", "code"))
