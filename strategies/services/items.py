"""Items: new, changed, out of use, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.units import MissingConversion
from strategies.facts import ItemsDeleted, ItemsRecounting, ItemsRetiring, ItemsSaved
from strategies.models import BomLine, Item, ItemGroup, SetupFamily, Unit, VendorPrice
from strategies.models.item import Flushing
from strategies.models.version import VersionState
from strategies.selectors.units import conversions
from strategies.services.halves import counted_otherwise, left_by_routes
from strategies.services.itemchecks import said_wrong
from strategies.services.keep import KEEP, Keep, check_revision, put
from strategies.services.phantom_weights import no_bill_has_it_as_phantom
from strategies.services.removal import remove_unused
from strategies.services.settings import PolicyInput, set_policy

__all__ = [
    "PolicyInput",
    "change_item",
    "create_item",
    "delete_item",
    "restore_item",
    "retire_item",
    "set_policy",
]


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
    retest_days: int | None = None,
    catch_unit: Unit | None = None,
    catch_least: Decimal | None = None,
    catch_most: Decimal | None = None,
    flushing: str = Flushing.MANUAL,
    phantom: bool = False,
    setup_family: SetupFamily | None = None,
    variant_of: Item | None = None,
    list_price: Decimal | None = None,
    attributes: Mapping[str, object] | None = None,
    by: User,
) -> Item:
    """A new item. Refused when its number is taken, or when what is said of it contradicts itself."""
    _must_be_free(number)
    item = Item(
        number=number,
        name=name,
        unit=unit,
        kind=kind,
        group=group,
        tracking=tracking,
        shelf_life_days=shelf_life_days,
        retest_days=retest_days,
        catch_unit=catch_unit,
        catch_least=catch_least,
        catch_most=catch_most,
        flushing=flushing,
        phantom=phantom,
        setup_family=setup_family,
        variant_of=variant_of,
        list_price=list_price,
        attributes=as_words(attributes or {}),
    )
    check_item(item)
    item.save(force_insert=True)
    tell(ItemsSaved(items=(item,), by=by))
    return item


@transaction.atomic
def change_item(
    *,
    item: Item,
    number: str | Keep = KEEP,
    name: str | Keep = KEEP,
    unit: Unit | Keep = KEEP,
    kind: str | Keep = KEEP,
    group: ItemGroup | Keep | None = KEEP,
    tracking: str | Keep = KEEP,
    shelf_life_days: int | Keep | None = KEEP,
    retest_days: int | Keep | None = KEEP,
    catch_unit: Unit | Keep | None = KEEP,
    catch_least: Decimal | Keep | None = KEEP,
    catch_most: Decimal | Keep | None = KEEP,
    flushing: str | Keep = KEEP,
    phantom: bool | Keep = KEEP,
    setup_family: SetupFamily | Keep | None = KEEP,
    variant_of: Item | Keep | None = KEEP,
    list_price: Decimal | Keep | None = KEEP,
    attributes: Mapping[str, object] | Keep = KEEP,
    revision: int | None = None,
    by: User,
) -> Item:
    """Change what is given; None takes a value away.

    Refused when `revision` is not the item's any more, when the number is taken, when its unit, catch unit or
    tracking changes although something is counted that way, when a bill takes it as a phantom and it is to be weighed
    and counted, or when what is said of it contradicts itself.
    """
    row = Item.objects.select_for_update(no_key=True).get(pk=item.pk)
    check_revision(row, revision)
    recounted = _recounted(row, unit, tracking, catch_unit)
    if number is not KEEP and number != row.number:
        _must_be_free(number)
    given = {
        "number": number,
        "name": name,
        "unit": unit,
        "kind": kind,
        "group": group,
        "tracking": tracking,
        "shelf_life_days": shelf_life_days,
        "retest_days": retest_days,
        "catch_unit": catch_unit,
        "catch_least": catch_least,
        "catch_most": catch_most,
        "flushing": flushing,
        "phantom": phantom,
        "setup_family": setup_family,
        "variant_of": variant_of,
        "list_price": list_price,
        "attributes": attributes if attributes is KEEP else as_words(attributes),
    }
    if not put(row, given):
        return row
    check_item(row)
    if recounted:
        no_bill_has_it_as_phantom(row)
        ask(ItemsRecounting(items=(row,), by=by))
    row.revision += 1
    row.save()
    tell(ItemsSaved(items=(row,), by=by))
    return row


def _recounted(item: Item, unit: Unit | Keep, tracking: str | Keep, catch: Unit | Keep | None) -> bool:
    """Whether the item is to be counted in another way. Refused when bills, prices or routes could not
    follow."""
    if unit is not KEEP and unit.pk != item.unit_id:
        _lines_must_follow(item, unit)
        for no in counted_otherwise({item.pk: unit.pk}):
            raise no
        return True
    if catch is not KEEP and (catch.pk if catch else None) != item.catch_unit_id:
        return True
    return tracking is not KEEP and tracking != item.tracking


def _lines_must_follow(item: Item, unit: Unit) -> None:
    ways = conversions()
    lines = BomLine.objects.filter(component=item).values_list("unit__code", "bom__item__number")
    prices = VendorPrice.objects.filter(item=item).values_list("unit__code", "vendor__number")
    for code, user in [*lines.order_by("pk"), *prices.order_by("pk")]:
        try:
            ways.factor(code, unit.code, item.number)
        except MissingConversion:
            raise Refused(
                _("{item} is used by {user} in {given}, and nothing says how many {wanted} one {given} is."),
                code="no_conversion",
                field="unit",
                item=item.number,
                user=user,
                given=code,
                wanted=unit.code,
            ) from None


def as_words(attributes: Mapping[str, object]) -> dict[str, str]:
    """Attributes are text, as sheets carry them, so that they compare the same wherever they came from."""
    return {
        str(name).strip(): ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()
        for name, value in attributes.items()
        if value not in (None, "")
    }


def check_item(item: Item) -> None:
    """Refused when what is said of the item contradicts itself. No query, three for a variant."""
    for field, sentence in said_wrong(item):
        raise Refused(sentence, code="contradiction", field=field, item=item.number)
    if item.variant_of is not None:
        _check_variant(item, item.variant_of)


def _check_variant(item: Item, model: Item) -> None:
    named = {"code": "variant", "field": "variant_of", "item": item.number, "model": model.number}
    if model.pk == item.pk or item.number == model.number:
        raise Refused(_("{item} cannot be a variant of itself."), **named)
    if model.variant_of_id is not None:
        raise Refused(_("{model} is a variant itself: {item} has to be one of its model."), **named)
    if item.pk and Item.objects.filter(variant_of=item).exists():
        raise Refused(_("{item} has variants of its own: it cannot become one."), **named)
    if not item.attributes:
        raise Refused(
            _("Say by which attributes {item} differs from {model}."), **named | {"field": "attributes"}
        )
    twin = Item.objects.filter(variant_of=model, attributes=item.attributes).exclude(pk=item.pk).first()
    if twin is not None:
        raise Refused(
            _("{twin} is the variant of {model} with these attributes already."), twin=twin.number, **named
        )


def _must_be_free(number: str) -> None:
    if Item.objects.filter(number=number).exists():
        raise Refused(_("There is an item {number} already."), code="exists", field="number", number=number)


@transaction.atomic
def retire_item(*, item: Item, by: User) -> Item:
    """Not to be used any more. Refused while an active bill takes it, a route in use leaves pieces as it, or an open
    document wants it, naming one."""
    for no in in_definitions([item]):
        raise no
    ask(ItemsRetiring(items=(item,), by=by))
    return _switch(item, by, active=False)


def in_definitions(items: Iterable[Item]) -> list[Refused]:
    """Why each of the items cannot go out of use: bills in use that take it, routes in use that leave it. Two
    queries."""
    chosen = list(items)
    return [*in_bills(chosen), *left_by_routes(chosen)]


def in_bills(items: Iterable[Item]) -> list[Refused]:
    """An objection for each item that an active bill takes today or later. One query."""
    named = {item.pk: item for item in items}
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
    used = BomLine.objects.filter(lasts, component__in=named, bom__state=VersionState.ACTIVE)
    rows = used.order_by("component", "bom__item__number").distinct("component")
    return [
        Refused(
            _("{item} goes into {parent}: end that line first."),
            code="in_use",
            about=named[component],
            item=named[component].number,
            parent=parent,
        )
        for component, parent in rows.values_list("component", "bom__item__number")
    ]


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


@transaction.atomic
def delete_item(*, item: Item, by: User) -> None:
    """Delete an item that nothing refers to, with its order settings and prices. Refused, naming the first
    record that does: such an item is taken out of use."""
    row = Item.objects.select_for_update().get(pk=item.pk)
    number = row.number
    tell(ItemsDeleted(number=number, by=by))
    remove_unused(row, instead=_("Take it out of use."))
