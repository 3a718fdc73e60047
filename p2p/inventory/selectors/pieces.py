"""A lot, serial number or handling unit as its page shows it: how it stands, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.access import at_sites, require, sites_of
from p2p.core.fields import plain
from p2p.core.models import Journal
from p2p.core.web.journal import tell_apart
from p2p.inventory.models import Balance, HandlingUnit, Hold, Lot, Move, Serial
from p2p.inventory.selectors.card import moves

Piece = Lot | Serial | HandlingUnit
MOST = 200
"""Moves a history shows; the list of movements has them all."""


def visible_units(user: Any) -> QuerySet[HandlingUnit]:
    """Units at the user's sites, and those that stand nowhere yet."""
    rows = HandlingUnit.objects.select_related("location__site", "parent")
    return at_sites(rows, user, path="location__site__code") | rows.filter(location=None)


def others_in_stock(lot: Lot) -> QuerySet[Lot]:
    """Other lots of its item that lie somewhere: what it may be merged with."""
    there = Balance.objects.filter(item=lot.item_id, quantity__gt=0).values("lot")
    return Lot.objects.filter(item=lot.item_id, pk__in=there).exclude(pk=lot.pk)


def has_others(lot: Lot) -> bool:
    return others_in_stock(lot).exists()


def require_where_it_lies(user: Any, piece: Lot | Serial, *roles: str) -> None:
    """PermissionDenied unless the user holds one of the roles at every site that has stock of the piece; where none
    has, a role anywhere is enough. No query for who holds one everywhere."""
    if sites_of(user, *roles) is None:
        return
    column = "lot" if isinstance(piece, Lot) else "serial"
    there = Balance.objects.filter(**{column: piece}, quantity__gt=0).order_by()
    for code in there.values_list("location__site__code", flat=True).distinct():
        require(user, *roles, site=code)


def require_to_lift(user: Any, hold: Hold, *roles: str) -> None:
    """PermissionDenied unless the user may allow use again wherever the hold forbids it: at its place, or where its
    serial number or lot lies."""
    piece = hold.serial or hold.lot
    if hold.location is not None:
        require(user, *roles, site=hold.location.site)
    elif piece is not None:
        require_where_it_lies(user, piece, *roles)


def sites_of_pieces(model: type[Lot] | type[Serial], keys: Sequence[tuple[int, str]]) -> list[set[str]]:
    """For each (item, number) the codes of the sites that have stock of it. One query."""
    column = "lot" if model is Lot else "serial"
    there = Balance.objects.filter(
        quantity__gt=0,
        **{f"{column}__item__in": {item for item, _number in keys}},
        **{f"{column}__number__in": {number for _item, number in keys}},
    ).order_by()
    found: dict[tuple[int, str], set[str]] = {}
    names = (f"{column}__item", f"{column}__number", "location__site__code")
    for item, number, code in there.values_list(*names).distinct():
        found.setdefault((item, number), set()).add(code)
    return [found.get(key, set()) for key in keys]


_INSIDE = """
    WITH RECURSIVE inside(id, depth) AS (
        SELECT id, 0 FROM inventory_handlingunit WHERE id = %s
        UNION ALL
        SELECT u.id, i.depth + 1 FROM inventory_handlingunit u JOIN inside i ON u.parent_id = i.id WHERE i.depth < 20
    )
    SELECT DISTINCT id FROM inside
"""


def inside(unit: HandlingUnit) -> RawSQL:
    """The keys of a unit and of the units that stand in it, however deep, for `…__in=`."""
    return RawSQL(_INSIDE, [unit.pk])


def content(unit: HandlingUnit) -> QuerySet[Balance]:
    """What lies in a unit and in the units that stand in it, however deep; its own first."""
    rows = Balance.objects.filter(handling_unit__in=inside(unit)).exclude(quantity=0)
    own = Case(When(handling_unit=unit, then=0), default=1)
    rows = rows.select_related("item__unit", "item__catch_unit", "lot", "serial", "handling_unit")
    return rows.order_by(own, "handling_unit__number", "item__number", "pk")


@dataclass(frozen=True)
class Status:
    """`state` as badges name it, `words` for people."""

    state: str
    words: str


def statuses(lot: Lot | Serial, today: date | None = None) -> list[Status]:
    """How a lot or serial number stands: on hold, expired, to be tested again, nothing left; else to be used. Two
    queries."""
    day = today or clock.today()
    column = {"lot": lot} if isinstance(lot, Lot) else {"serial": lot}
    found = []
    if Hold.objects.filter(**column, released_at=None).exists():
        found.append(Status("hold", _("On hold")))
    if isinstance(lot, Lot) and lot.expires_on and lot.expires_on < day:
        found.append(Status("late", _("Expired")))
    if isinstance(lot, Lot) and lot.retest_on and lot.retest_on < day:
        found.append(Status("hold", _("To be tested again")))
    if not Balance.objects.filter(**column, quantity__gt=0).exists():
        found.append(Status("cancelled", _("Nothing left")))
    return found or [Status("done", _("To be used"))]


@dataclass(frozen=True)
class Event:
    """One thing that happened; `tone`: bad, good, or nothing."""

    at: datetime
    title: str
    said: str
    by: str = ""
    url: str = ""
    tone: str = ""


def history(piece: Piece) -> list[Event]:
    """Everything that happened to it, the latest first: holds, what was written about it, moves. Three queries."""
    found = [*_journal(piece), *_moves(piece)]
    if not isinstance(piece, HandlingUnit):
        found += _holds(piece)
    return sorted(found, key=lambda event: event.at, reverse=True)


def _column(piece: Piece) -> str:
    return {Lot: "lot", Serial: "serial", HandlingUnit: "handling_unit"}[type(piece)]


def _holds(piece: Piece) -> Iterator[Event]:
    rows = Hold.objects.filter(**{_column(piece): piece})
    for row in rows.select_related("location", "reason", "placed_by", "released_by"):
        what = ", ".join(
            str(part)
            for part in (row.get_kind_display(), row.get_blocks_display(), row.location, row.reason, row.note)
            if part
        )
        yield Event(row.placed_at, _("Put on hold"), what, str(row.placed_by or ""), tone="bad")
        if row.released_at:
            yield Event(row.released_at, _("Hold lifted"), what, str(row.released_by or ""), tone="good")


def _journal(piece: Piece) -> Iterator[Event]:
    label = piece._meta.label_lower
    rows = Journal.objects.filter(record_type=label, record_id=piece.pk).select_related("by")
    for row in rows.order_by("-pk")[:MOST]:
        said = dict(row.payload or {})
        tone = {"True": "good", "False": "bad"}.get(str(said.get("passed", "")), "")
        yield Event(row.at, tell_apart(row), _detail(piece, said), str(row.by or ""), tone=tone)


def _detail(piece: Piece, said: Mapping[str, Any]) -> str:
    changes = said.get("changes")
    if isinstance(changes, dict):
        return "; ".join(_change(name, both) for name, both in changes.items())
    out_of, into = said.get("out_of"), said.get("into")
    if isinstance(out_of, list) and isinstance(into, list):
        unit = "" if isinstance(piece, HandlingUnit) else piece.item.unit.code
        quantity = f"{plain(Decimal(str(said.get('quantity', 0))))} {unit}".rstrip()
        return f"{', '.join(map(str, out_of))} → {', '.join(map(str, into))} ({quantity})"
    if "inner" in said:
        words = _("{unit} into {outer}") if said.get("step") == "nested" else _("{unit} out of {outer}")
        return words.format(unit=said["inner"], outer=said["outer"])
    if "passed" in said:
        until = _("until {day}").format(day=said["until"]) if said.get("until") else ""
        return ", ".join(filter(None, [until, str(said.get("note", ""))]))
    return ""


def _change(name: str, both: Any) -> str:
    before, after = both if isinstance(both, list) and len(both) == 2 else ("", both)
    if isinstance(before, dict) and isinstance(after, dict):
        codes = [code for code in sorted({*before, *after}) if before.get(code) != after.get(code)]
        return "; ".join(f"{code}: {before.get(code, '–')} → {after.get(code, '–')}" for code in codes)
    return f"{name.replace('_', ' ')}: {before or '–'} → {after or '–'}"


def _moves(piece: Piece) -> Iterator[Event]:
    mine = Q(**{_column(piece): piece})
    if isinstance(piece, HandlingUnit):
        mine |= Q(into_unit=piece)
    for move in moves().filter(mine)[:MOST]:
        yield Event(
            move.effective_at,
            _step(move, piece),
            _moved(move, piece),
            str(move.by or ""),
            reverse("inventory:move", args=[move.pk]),
        )


def _step(move: Move, piece: Piece) -> str:
    """What was packed and unpacked is so for the handling unit; for all else it is a move."""
    if isinstance(piece, HandlingUnit) and move.handling_unit_id != move.into_unit_id:
        packed = move.into_unit_id == piece.pk
        return _("Packed") if packed else _("Unpacked")
    return str(move.get_kind_display())


def _moved(move: Move, piece: Piece) -> str:
    """How much, of a handling unit's content of what, from where to where, on which document."""
    quantity = f"{plain(move.quantity)} {move.item.unit.code}"
    if move.catch_quantity is not None and move.item.catch_unit is not None:
        quantity += f", {plain(move.catch_quantity)} {move.item.catch_unit.code}"
    if isinstance(piece, HandlingUnit):
        number = str(move.lot or move.serial or "")
        quantity += f" {move.item.number} {number}".rstrip()
    document = "" if isinstance(piece, HandlingUnit) and move.reference == piece.number else move.reference
    way = move.source.code if move.source_id == move.target_id else f"{move.source.code} → {move.target.code}"
    return ", ".join(filter(None, [f"{quantity}: {way}", document]))
