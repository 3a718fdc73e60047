"""Stock that cannot be had because its place is being counted: the refusal names the count, not a shortage alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, Hold
from p2p.inventory.services.needs import Need, shortage


def refusal_of(lacking: Sequence[tuple[Need, Decimal]]) -> Refused:
    """The refusal of needs that lack so much: the count that is in their way, else the shortage."""
    return counted(lacking) or shortage(lacking)


def counted(lacking: Sequence[tuple[Need, Decimal]]) -> Refused | None:
    """Why the needs lack so much, when stock that would serve one of them lies where a frozen count goes on; None
    when no count has to do with it. Asked when something is refused only: two queries."""
    sites = {need.site.pk for need, _quantity in lacking}
    holds = Hold.objects.filter(
        released_at__isnull=True, blocks=Hold.Blocks.TOUCH, location__site__in=sites
    ).order_by("pk")
    frozen = list(holds.values_list("location", "item", "note"))
    if not frozen:
        return None
    piles = Balance.objects.filter(
        item__in={need.item.pk for need, _quantity in lacking},
        location__in={place for place, _item, _note in frozen},
        quantity__gt=0,
    ).order_by("location__code", "pk")
    rows = list(piles.values_list("item", "location", "lot", "location__site", "location__code"))
    for need, _quantity in lacking:
        for item, place, lot, site, code in rows:
            wanted = (
                item == need.item.pk
                and site == need.site.pk
                and (need.location is None or need.location.pk == place)
                and (need.lot is None or need.lot.pk == lot)
            )
            note = _note(frozen, place, item) if wanted else None
            if note is not None:
                return _refused(lacking, need, code, note)
    return None


def _note(frozen: Sequence[tuple[int, int | None, str]], place: int, item: int) -> str | None:
    """The number of the count that freezes the item there."""
    return next((note for at, of, note in frozen if at == place and of in (None, item)), None)


def _refused(lacking: Sequence[tuple[Need, Decimal]], need: Need, place: str, note: str) -> Refused:
    names = ", ".join(
        f"{plain(quantity)} {one.item.unit.code} {one.item.number}" for one, quantity in lacking
    )
    return Refused(
        _(
            "Free stock at {site} is short of {names}: {item} at {place} is being counted ({note}), and none of it"
            " moves until the count is posted."
        ),
        code="counted",
        field="quantity",
        about=need.item,
        site=need.site.code,
        names=names,
        item=need.item.number,
        place=place,
        note=note,
    )
