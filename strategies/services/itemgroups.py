"""Groups of items, one within another."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import ItemGroup
from strategies.services.keeping import keep, opened, take_away


@transaction.atomic
def save_item_group(
    *, itemgroup: ItemGroup | None = None, code: str, name: str, parent: ItemGroup | None = None, by: User
) -> ItemGroup:
    """A group of items, new or changed. Refused within itself, naming the way round."""
    row = opened(ItemGroup, itemgroup)
    if row.pk is not None and parent is not None:
        _check_circle(row, parent)
    return keep(row, {"code": code, "name": name, "parent": parent}, by)


def _check_circle(row: ItemGroup, parent: ItemGroup) -> None:
    above: dict[int, int | None] = dict(ItemGroup.objects.values_list("pk", "parent_id"))
    codes = dict(ItemGroup.objects.values_list("pk", "code"))
    way: list[int] = [row.pk]
    at: int | None = parent.pk
    while at is not None and at not in way:
        way.append(at)
        at = above.get(at)
    if at == row.pk:
        path = " → ".join(codes[one] for one in [*way, row.pk])
        raise Refused(_("A group cannot be within itself: {path}."), code="circle", field="parent", path=path)


@transaction.atomic
def delete_item_group(*, itemgroup: ItemGroup, by: User) -> None:
    """Refused while an item or another group is in it."""
    take_away(itemgroup, by)
