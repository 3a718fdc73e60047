"""Items and how they are supplied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import ItemsSaved
from strategies.models import BomLine, Item, ItemGroup, ItemPolicy, Location, Site, Unit, Vendor
from strategies.models.version import VersionState


@transaction.atomic
def create_item(
    *,
    number: str,
    name: str,
    unit: Unit,
    kind: str = Item.Kind.MATERIAL,
    group: ItemGroup | None = None,
    tracking: str = Item.Tracking.NONE,
    shelf_life_days: int | None = None,
    list_price: Decimal | None = None,
    attributes: Mapping[str, object] | None = None,
    by: User,
) -> Item:
    """A new item. Refused when its number is taken."""
    _must_be_free(number)
    item = Item.objects.create(
        number=number,
        name=name,
        unit=unit,
        kind=kind,
        group=group,
        tracking=tracking,
        shelf_life_days=shelf_life_days,
        list_price=list_price,
        attributes=dict(attributes or {}),
    )
    tell(ItemsSaved(items=(item,), by=by))
    return item


@transaction.atomic
def change_item(
    *,
    item: Item,
    number: str | None = None,
    name: str | None = None,
    unit: Unit | None = None,
    kind: str | None = None,
    group: ItemGroup | None = None,
    tracking: str | None = None,
    shelf_life_days: int | None = None,
    list_price: Decimal | None = None,
    attributes: Mapping[str, object] | None = None,
    by: User,
) -> Item:
    """Change what is given; None leaves a value as it is.

    Refused for another unit, because stock and bills are counted in the old one, and for a taken number.
    """
    row = Item.objects.select_for_update(no_key=True).get(pk=item.pk)
    if unit is not None and unit.pk != row.unit_id:
        raise Refused(
            _("{item} is counted in its unit everywhere: make a new item to count in {unit}."),
            code="unit_stays",
            field="unit",
            item=row.number,
            unit=unit.code,
        )
    if number is not None and number != row.number:
        _must_be_free(number)
    given = {
        "number": number,
        "name": name,
        "kind": kind,
        "group": group,
        "tracking": tracking,
        "shelf_life_days": shelf_life_days,
        "list_price": list_price,
        "attributes": dict(attributes) if attributes is not None else None,
    }
    for field, value in given.items():
        if value is not None:
            setattr(row, field, value)
    row.revision += 1
    row.save()
    tell(ItemsSaved(items=(row,), by=by))
    return row


def _must_be_free(number: str) -> None:
    if Item.objects.filter(number=number).exists():
        raise Refused(_("There is an item {number} already."), code="exists", field="number", number=number)


@transaction.atomic
def retire_item(*, item: Item, by: User) -> Item:
    """Not to be used any more. Refused while an active bill takes it, naming one."""
    used = BomLine.objects.filter(component=item, bom__state=VersionState.ACTIVE, valid_to__isnull=True)
    line = used.select_related("bom__item").order_by("bom__item__number").first()
    if line is not None:
        raise Refused(
            _("{item} goes into {parent}: end that line first."),
            code="in_use",
            about=item,
            item=item.number,
            parent=line.bom.item.number,
        )
    return _switch(item, by, active=False)


@transaction.atomic
def restore_item(*, item: Item, by: User) -> Item:
    """Back in use."""
    return _switch(item, by, active=True)


def _switch(item: Item, by: User, *, active: bool) -> Item:
    row = Item.objects.select_for_update(no_key=True).get(pk=item.pk)
    row.active, row.revision = active, row.revision + 1
    row.save(update_fields=["active", "revision"])
    tell(ItemsSaved(items=(row,), by=by))
    return row


@dataclass(frozen=True, kw_only=True)
class PolicyInput:
    """Default order settings; quantities in the item's unit."""

    supply: str
    mode: str = ItemPolicy.Mode.DISCRETE
    strategy: str = ItemPolicy.Strategy.STOCK
    lot_policy: str = ItemPolicy.Lot.LOT_FOR_LOT
    fixed_quantity: Decimal | None = None
    minimum_quantity: Decimal = Decimal(0)
    maximum_quantity: Decimal | None = None
    multiple_quantity: Decimal = Decimal(0)
    period_days: int = 0
    lead_time_days: int = 0
    safety_stock: Decimal = Decimal(0)
    reorder_point: Decimal = Decimal(0)
    yield_fraction: Decimal = Decimal(1)
    vendor: Vendor | None = None
    location: Location | None = None


@transaction.atomic
def set_policy(*, item: Item, policy: PolicyInput, site: Site | None = None, by: User) -> ItemPolicy:
    """How an item is supplied at a site, or at all sites without one of their own. Replaces what was
    there."""
    _check(policy, site)
    columns = {name: getattr(policy, name) for name in PolicyInput.__dataclass_fields__}
    try:
        with transaction.atomic():
            row, _new = ItemPolicy.objects.update_or_create(item=item, site=site, defaults=columns)
    except IntegrityError:
        raise Refused(_("These order settings contradict each other."), code="contradiction") from None
    tell(ItemsSaved(items=(item,), by=by))
    return row


def _check(policy: PolicyInput, site: Site | None) -> None:
    least, most = policy.minimum_quantity, policy.maximum_quantity
    if most is not None and most < least:
        raise Refused(_("The maximum is below the minimum."), field="maximum_quantity")
    if policy.lot_policy == ItemPolicy.Lot.FIXED and not policy.fixed_quantity:
        raise Refused(_("A fixed lot needs its quantity."), field="fixed_quantity")
    if min(least, policy.multiple_quantity, policy.safety_stock, policy.reorder_point) < 0:
        raise Refused(_("A quantity is below 0."), field="minimum_quantity")
    if policy.location and site and policy.location.site_id != site.pk:
        raise Refused(_("{location} is at another site."), field="location", location=policy.location.code)
