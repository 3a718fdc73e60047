"""Many items changed at once: first counted, then written in a handful of statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import objections_by_record, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import ItemsRetiring, ItemsSaved
from strategies.models import Item, ItemGroup
from strategies.services.items import in_definitions


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to become of the items; None leaves a value as it is."""

    group: ItemGroup | None = None
    active: bool | None = None

    def of_item(self) -> dict[str, Any]:
        """Columns of items."""
        given = {"group": self.group, "active": self.active}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Effect:
    """How many of the items change, and the sentences of those that cannot."""

    chosen: int
    items: int
    blocked: tuple[str, ...] = ()


def preview_items(*, items: QuerySet[Item], wanted: Wanted) -> Effect:
    """What `change_items` would do, without doing it. A fixed number of queries."""
    keys = _chosen(items)
    return Effect(
        chosen=len(keys),
        items=_differing(Item.objects.filter(pk__in=keys), wanted.of_item()).count(),
        blocked=_blocked(keys, wanted),
    )


@transaction.atomic
def change_items(*, items: QuerySet[Item], wanted: Wanted, by: User) -> Effect:
    """Change group and use of many items. Set-based.

    Refused when nothing is said, or when one of the items is still wanted, naming up to three.
    """
    columns = wanted.of_item()
    if not columns:
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
    Item.objects.filter(pk__in=changed).update(**columns, revision=F("revision") + 1)
    tell(ItemsSaved(items=tuple(Item.objects.filter(pk__in=changed).order_by("pk")), by=by))
    return Effect(len(keys), len(changed))


def _chosen(items: QuerySet[Item]) -> list[int]:
    return list(items.order_by("pk").values_list("pk", flat=True))


def _differing(rows: QuerySet[Any], columns: dict[str, Any]) -> QuerySet[Any]:
    """Rows in which one of the columns is not yet what it is to be."""
    if not columns:
        return rows.none()
    differs = Q()
    for name, value in columns.items():
        differs |= ~Q(**{name: value}) | Q(**{f"{name}__isnull": True})
    return rows.filter(differs)


def _blocked(keys: list[int], wanted: Wanted) -> tuple[str, ...]:
    if wanted.active is not False:
        return ()
    items = tuple(Item.objects.filter(pk__in=keys, active=True).order_by("pk"))
    said = [
        sentence
        for told in objections_by_record(ItemsRetiring(items=items)).values()
        for sentence in told[:1]
    ]
    return (*(str(no) for no in in_definitions(items)), *said)
