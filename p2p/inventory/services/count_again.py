"""What was found is counted again: the lines that are open; what was decided about stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.facts import CountChanged
from p2p.inventory.models import Count, CountLine, CountPlace
from p2p.inventory.models.count import COUNT_FLOW, PLACE_FLOW
from p2p.inventory.selectors.counts import Key, Part, key_of

if TYPE_CHECKING:
    from decimal import Decimal

    from p2p.core.models import User

    Lying = tuple[Decimal, Decimal | None]


@transaction.atomic
def recount(*, places: Sequence[CountPlace] = (), lines: Sequence[CountLine] = (), by: User | None) -> Count:
    """Counted again are these lines, and of these places what nobody has decided about yet. What else was found
    there stays as it is, and with it what was decided; the earlier figures stay to be read. Where nothing is kept,
    the whole place is counted from nothing.

    Refused when they are of several counts or of an earlier attempt, the count is closed, a place is not counted yet,
    or all that was found at a place is decided about: then the lines are named.
    """
    named = {place.pk for place in places}
    keys = sorted(named | {line.place_id for line in lines})
    count = _locked(keys)
    rows = list(
        CountLine.objects.filter(place__in=keys, attempt=F("place__attempt"))
        .select_related("place__location")
        .order_by("pk")
    )
    again = {line.pk for line in lines}
    if again - {row.pk for row in rows}:
        raise _changed(count)
    again |= {row.pk for row in rows if row.place_id in named and row.accepted is None}
    _refuse_decided(count, rows, {row.place_id for row in rows if row.pk in again})
    if count.state != Count.State.OPEN:
        COUNT_FLOW.take(count, "recount", revision=F("revision") + 1)
    done = PLACE_FLOW.take_many(count.places.filter(pk__in=keys), "recount", attempt=F("attempt") + 1)
    if done != len(keys):
        raise Refused(_("One of these places is not counted yet."), code="changed_meanwhile", about=count)
    CountLine.objects.bulk_create(_kept(row) for row in rows if row.pk not in again)
    tell(CountChanged(count=count, step="recount", lines=done, by=by))
    return count


def _locked(places: Sequence[int]) -> Count:
    concerned = CountPlace.objects.filter(pk__in=places).values("count")
    counts = list(Count.objects.filter(pk__in=concerned).select_for_update().order_by("pk"))
    if len(counts) != 1:
        raise Refused(_("Choose places of one count."), code="several_counts")
    return counts[0]


def _changed(count: Count) -> Refused:
    return Refused(
        _("One of these lines was counted again since: choose among the newer figures."),
        code="changed_meanwhile",
        about=count,
    )


def _refuse_decided(count: Count, rows: Sequence[CountLine], open_places: Collection[int]) -> None:
    for row in rows:
        if row.place_id not in open_places:
            raise Refused(
                _("All that was found at {place} is decided about: name the lines that are counted again."),
                code="decided",
                about=count,
                place=row.place.location.code,
            )


def _kept(line: CountLine) -> CountLine:
    """The line as it stands, in the next attempt at its place."""
    also = {
        field.attname: getattr(line, field.attname)
        for field in CountLine._meta.concrete_fields
        if field.name not in ("id", "attempt", "kept", "move")
    }
    return CountLine(**also, attempt=line.attempt + 1, kept=True)


def check_open(place: CountPlace, named: Collection[tuple[Key, str]], part: Part | None) -> None:
    """Refused when something that is named (what it is, its item's number) stays as it was counted."""
    for key, item in named:
        if part is not None and key in part.kept:
            raise Refused(
                _("{item} at {place} stays as it was counted: only {rest} is counted again."),
                code="kept",
                field="item",
                about=place.count,
                item=item,
                place=place.location.code,
                rest=", ".join(sorted({line.item.number for line in part.asked})),
            )


def concerned(there: dict[Key, Lying], named: Collection[Key], part: Part | None) -> dict[Key, Lying]:
    """Of what should be there, what is counted: all of it, or of a part that is counted again that part and what was
    named. What came since and nobody asked for is no difference."""
    if part is None:
        return there
    asked = {*named, *(key_of(line) for line in part.asked)}
    return {key: lying for key, lying in there.items() if key in asked}
