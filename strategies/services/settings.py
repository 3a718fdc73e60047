"""Default order settings of items: by site, rank and the attributes of variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import ItemsSaved
from strategies.models import Item, ItemPolicy, Location, Site, Vendor
from strategies.services.keep import KEEP, Keep, put


@dataclass(frozen=True, kw_only=True)
class PolicyInput:
    """Default order settings; quantities >= 0 in the item's unit."""

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
    reserve_at: str = ""
    stopped: bool = False


@transaction.atomic
def set_policy(
    *,
    item: Item,
    policy: PolicyInput,
    site: Site | None = None,
    rank: int = 0,
    variant: Mapping[str, object] | None = None,
    by: User,
) -> ItemPolicy:
    """How an item is supplied at a site, or at all sites without settings of their own: replaces the row of
    that site and rank. With `variant`, only for items that have these attributes; such a row needs a rank."""
    wanted = {str(name): str(value) for name, value in (variant or {}).items() if value not in (None, "")}
    check_policy(policy, site, rank, wanted)
    columns: dict[str, Any] = {name: getattr(policy, name) for name in PolicyInput.__dataclass_fields__}
    try:
        with transaction.atomic():
            row, _new = ItemPolicy.objects.update_or_create(
                item=item, site=site, rank=rank, defaults=columns | {"variant": wanted}
            )
    except IntegrityError:
        raise Refused(_("These order settings contradict each other."), code="contradiction") from None
    tell(ItemsSaved(items=(item,), by=by))
    return row


@transaction.atomic
def replace_policy(
    *,
    policy: ItemPolicy,
    settings: PolicyInput,
    site: Site | None,
    rank: int,
    variant: Mapping[str, object] | None = None,
    by: User,
) -> ItemPolicy:
    """Change a row, also its site and rank. Refused when another row stands there already."""
    _must_be_free(policy.item, site, rank, policy.pk)
    ItemPolicy.objects.filter(pk=policy.pk).update(
        site=site, rank=rank, variant={} if rank == 0 else policy.variant
    )
    return set_policy(item=policy.item, policy=settings, site=site, rank=rank, variant=variant, by=by)


@transaction.atomic
def add_policy(
    *,
    item: Item,
    supply: str,
    site: Site | None = None,
    rank: int = 0,
    variant: Mapping[str, object] | None = None,
    stopped: bool = False,
    mode: str = ItemPolicy.Mode.DISCRETE,
    strategy: str = ItemPolicy.Strategy.STOCK,
    lot_policy: str = ItemPolicy.Lot.LOT_FOR_LOT,
    fixed_quantity: Decimal | None = None,
    minimum_quantity: Decimal = Decimal(0),
    maximum_quantity: Decimal | None = None,
    multiple_quantity: Decimal = Decimal(0),
    period_days: int = 0,
    lead_time_days: int = 0,
    safety_stock: Decimal = Decimal(0),
    reorder_point: Decimal = Decimal(0),
    yield_fraction: Decimal = Decimal(1),
    vendor: Vendor | None = None,
    location: Location | None = None,
    reserve_at: str = "",
    by: User,
) -> ItemPolicy:
    """A new row of order settings. Refused as `set_policy` refuses, and where there is one of that rank."""
    _must_be_free(item, site, rank)
    return set_policy(
        item=item,
        site=site,
        rank=rank,
        variant=variant,
        policy=PolicyInput(
            supply=supply,
            mode=mode,
            strategy=strategy,
            lot_policy=lot_policy,
            fixed_quantity=fixed_quantity,
            minimum_quantity=minimum_quantity,
            maximum_quantity=maximum_quantity,
            multiple_quantity=multiple_quantity,
            period_days=period_days,
            lead_time_days=lead_time_days,
            safety_stock=safety_stock,
            reorder_point=reorder_point,
            yield_fraction=yield_fraction,
            vendor=vendor,
            location=location,
            reserve_at=reserve_at,
            stopped=stopped,
        ),
        by=by,
    )


@transaction.atomic
def change_policy(
    *,
    item_policy: ItemPolicy,
    site: Site | Keep | None = KEEP,
    rank: int | Keep = KEEP,
    variant: Mapping[str, object] | Keep = KEEP,
    supply: str | Keep = KEEP,
    stopped: bool | Keep = KEEP,
    mode: str | Keep = KEEP,
    strategy: str | Keep = KEEP,
    lot_policy: str | Keep = KEEP,
    fixed_quantity: Decimal | Keep | None = KEEP,
    minimum_quantity: Decimal | Keep = KEEP,
    maximum_quantity: Decimal | Keep | None = KEEP,
    multiple_quantity: Decimal | Keep = KEEP,
    period_days: int | Keep = KEEP,
    lead_time_days: int | Keep = KEEP,
    safety_stock: Decimal | Keep = KEEP,
    reorder_point: Decimal | Keep = KEEP,
    yield_fraction: Decimal | Keep = KEEP,
    vendor: Vendor | Keep | None = KEEP,
    location: Location | Keep | None = KEEP,
    reserve_at: str | Keep = KEEP,
    by: User,
) -> ItemPolicy:
    """Change what is given; None takes a value away. Refused as `set_policy` refuses."""
    row = ItemPolicy.objects.select_for_update(of=("self",), no_key=True).get(pk=item_policy.pk)
    given = {
        "supply": supply,
        "stopped": stopped,
        "mode": mode,
        "strategy": strategy,
        "lot_policy": lot_policy,
        "fixed_quantity": fixed_quantity,
        "minimum_quantity": minimum_quantity,
        "maximum_quantity": maximum_quantity,
        "multiple_quantity": multiple_quantity,
        "period_days": period_days,
        "lead_time_days": lead_time_days,
        "safety_stock": safety_stock,
        "reorder_point": reorder_point,
        "yield_fraction": yield_fraction,
        "vendor": vendor,
        "location": location,
        "reserve_at": reserve_at,
    }
    put(row, given)
    return replace_policy(
        policy=row,
        settings=PolicyInput(**{name: getattr(row, name) for name in PolicyInput.__dataclass_fields__}),
        site=row.site if site is KEEP else site,
        rank=row.rank if rank is KEEP else rank,
        variant=row.variant if variant is KEEP else variant,
        by=by,
    )


@transaction.atomic
def remove_policy(*, item_policy: ItemPolicy, by: User) -> None:
    """Take one row of settings away; what else fits the item holds from now on."""
    item = item_policy.item
    item_policy.delete()
    tell(ItemsSaved(items=(item,), by=by))


def _must_be_free(item: Item, site: Site | None, rank: int, but: int = 0) -> None:
    if ItemPolicy.objects.filter(item=item, site=site, rank=rank).exclude(pk=but).exists():
        raise Refused(
            _("{item} has order settings of rank {rank} for {site} already: change those."),
            code="exists",
            field="rank",
            item=item.number,
            rank=rank,
            site=site.code if site else _("all sites"),
        )


def check_policy(policy: PolicyInput, site: Site | None, rank: int, variant: Mapping[str, object]) -> None:
    """Refused with the field that is wrong."""
    wrong = contradiction(policy, site, rank, variant)
    if wrong is not None:
        raise wrong


def contradiction(
    policy: PolicyInput, site: Site | None, rank: int, variant: Mapping[str, object]
) -> Refused | None:
    """What `check_policy` refuses settings for, unraised: changes of many name it item by item. None: nothing."""
    least, most = policy.minimum_quantity, policy.maximum_quantity
    if variant and not rank:
        return Refused(_("Settings for some variants need a rank above 0."), code="rank", field="rank")
    if most is not None and most < least:
        return Refused(_("The maximum is below the minimum."), field="maximum_quantity")
    if policy.lot_policy == ItemPolicy.Lot.FIXED and not policy.fixed_quantity:
        return Refused(_("A fixed lot needs its quantity."), field="fixed_quantity")
    if min(least, policy.multiple_quantity, policy.safety_stock, policy.reorder_point) < 0:
        return Refused(_("A quantity is below 0."), field="minimum_quantity")
    if not 0 < policy.yield_fraction <= 1:
        return Refused(_("The yield is above 0 and at most 1."), field="yield_fraction")
    if policy.location and site and policy.location.site_id != site.pk:
        return Refused(_("{location} is at another site."), field="location", location=policy.location.code)
    return None
