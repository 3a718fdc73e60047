"""Many items changed at once: first counted, then written in a handful of statements."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import objections_by_record, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import ItemsRetiring, ItemsSaved
from strategies.models import Item, ItemGroup, ItemPolicy
from strategies.services.items import in_bills


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to become of the items; None leaves a value as it is."""

    group: ItemGroup | None = None
    active: bool | None = None
    supply: str | None = None
    lot_policy: str | None = None
    fixed_quantity: Decimal | None = None
    lead_time_days: int | None = None
    safety_stock: Decimal | None = None
    stopped: bool | None = None

    def of_item(self) -> dict[str, Any]:
        """Columns of items."""
        given = {"group": self.group, "active": self.active}
        return {name: value for name, value in given.items() if value is not None}

    def of_settings(self) -> dict[str, Any]:
        """Columns of their order settings for all sites."""
        given = {
            "supply": self.supply or None,
            "lot_policy": self.lot_policy or None,
            "fixed_quantity": self.fixed_quantity,
            "lead_time_days": self.lead_time_days,
            "safety_stock": self.safety_stock,
            "stopped": self.stopped,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Effect:
    """How many of the items change: in themselves, in settings they have, by getting their first settings; and
    the sentences of those that cannot."""

    chosen: int
    items: int
    settings: int
    new_settings: int
    blocked: tuple[str, ...] = ()

    @property
    def changes(self) -> int:
        return self.items + self.settings + self.new_settings


def preview_items(*, items: QuerySet[Item], wanted: Wanted) -> Effect:
    """What `change_items` would do, without doing it. A fixed number of queries."""
    keys = _chosen(items)
    return Effect(
        chosen=len(keys),
        items=_differing(Item.objects.filter(pk__in=keys), wanted.of_item()).count(),
        settings=_differing(_settings(keys), wanted.of_settings()).count(),
        new_settings=_without_settings(keys).count() if wanted.supply else 0,
        blocked=_blocked(keys, wanted),
    )


@transaction.atomic
def change_items(*, items: QuerySet[Item], wanted: Wanted, by: User) -> Effect:
    """Change group, use and order settings (those for all sites) of many items. Set-based.

    Refused when nothing is said, or when one of the items is still wanted, naming up to three. Settings are
    made for items that have none where `wanted.supply` says how; site rows and ranked rows stay.
    """
    columns, settings = wanted.of_item(), wanted.of_settings()
    if not columns and not settings:
        raise Refused(_("Say what is to change."), code="nothing")
    keys = list(
        Item.objects.filter(pk__in=_chosen(items))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    blocked = _blocked(keys, wanted)
    if blocked:
        raise Refused("{sentences}", code="in_use", sentences=" ".join(blocked[:3]))
    changed = set(_differing(Item.objects.filter(pk__in=keys), columns).values_list("pk", flat=True))
    if columns:
        Item.objects.filter(pk__in=changed).update(**columns, revision=F("revision") + 1)
    touched = list(_differing(_settings(keys), settings).values_list("item_id", flat=True))
    if touched:
        _settings(touched).update(**settings)
    new = list(_without_settings(keys).values_list("pk", flat=True)) if wanted.supply else []
    ItemPolicy.objects.bulk_create([ItemPolicy(item_id=key, **settings) for key in new], batch_size=2000)
    told = Item.objects.filter(pk__in={*changed, *touched, *new}).order_by("pk")
    tell(ItemsSaved(items=tuple(told), by=by))
    return Effect(len(keys), len(changed), len(touched), len(new))


def _chosen(items: QuerySet[Item]) -> list[int]:
    return list(items.order_by("pk").values_list("pk", flat=True))


def _settings(keys: list[int]) -> QuerySet[ItemPolicy]:
    return ItemPolicy.objects.filter(item__in=keys, site=None, rank=0)


def _without_settings(keys: list[int]) -> QuerySet[Item]:
    return Item.objects.filter(pk__in=keys).exclude(pk__in=_settings(keys).values("item"))


def _differing(rows: QuerySet[Any], columns: dict[str, Any]) -> QuerySet[Any]:
    """Rows in which one of the columns is not yet what it is to be."""
    if not columns:
        return rows.none()
    differs = Q()
    for name, value in columns.items():
        differs |= ~Q(**{name: value}) | Q(**{f"{name}__isnull": True})
    return rows.filter(differs)


def _blocked(keys: list[int], wanted: Wanted) -> tuple[str, ...]:
    if wanted.lot_policy == ItemPolicy.Lot.FIXED and not wanted.fixed_quantity:
        first = _settings(keys).filter(fixed_quantity=None).order_by("item__number").first()
        lacking = first.item if first else _without_settings(keys).first() if wanted.supply else None
        if lacking is not None:
            return (_("{item}: a fixed lot needs its quantity.").format(item=lacking.number),)
    if wanted.active is not False:
        return ()
    items = tuple(Item.objects.filter(pk__in=keys, active=True).order_by("pk"))
    said = [
        sentence
        for told in objections_by_record(ItemsRetiring(items=items)).values()
        for sentence in told[:1]
    ]
    return (*(str(no) for no in in_bills(items)), *said)
