"""Rules of stock are written and taken away: numbering, attributes, counting, putting away, supplying lines."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import AttributeRule, CountClass, PutAwayRule, StockRule, SupplyRule
from p2p.inventory.services.numbering import check_pattern
from strategies.models import Characteristic, Item, ItemGroup, Location, Site
from strategies.services.keeping import keep, opened, take_away


def _not_both(item: Item | None, group: ItemGroup | None) -> None:
    if item is not None and group is not None:
        raise Refused(
            _("A rule is of an item or of a group, not of both."), code="item_or_group", field="group"
        )


def _alone(row: Model, **names: object) -> None:
    """Refused when another row says it of the same."""
    where = Q()
    for name, value in names.items():
        where &= Q(**{name: value}) if value is not None else Q(**{f"{name}__isnull": True})
    other = type(row)._default_manager.filter(where).exclude(pk=row.pk).first()
    if other is not None:
        raise Refused(
            _("There is a rule for {rule} already: change that one."), code="exists", rule=str(other)
        )


@transaction.atomic
def save_stock_rule(
    *,
    stockrule: StockRule | None = None,
    site: Site | None = None,
    group: ItemGroup | None = None,
    item: Item | None = None,
    lot_per: str = "",
    lot_pattern: str = "",
    serial_pattern: str = "",
    picking: str = "",
    same_lot: bool | None = None,
    minimum_days: int | None = None,
    receipt_days: int | None = None,
    over_receipt_fraction: Decimal | None = None,
    count_class: CountClass | None = None,
    by: User,
) -> StockRule:
    """How stock is numbered, picked, received and counted: of an item or a group or all, at one site or at all.

    What is left empty, the next rule says. Refused: an item and a group, a rule there is already, a pattern that
    cannot be read, a pattern of serial numbers that does not count.
    """
    _not_both(item, group)
    row = opened(StockRule, stockrule)
    _alone(row, site=site, group=group, item=item)
    if lot_pattern:
        check_pattern(lot_pattern, field="lot_pattern")
    if serial_pattern:
        check_pattern(serial_pattern, field="serial_pattern", counted=True)
    if over_receipt_fraction is not None and over_receipt_fraction < 0:
        raise Refused(_("A share is not below 0."), field="over_receipt_fraction")
    columns = {
        "site": site,
        "group": group,
        "item": item,
        "lot_per": lot_per,
        "lot_pattern": lot_pattern,
        "serial_pattern": serial_pattern,
        "picking": picking,
        "same_lot": same_lot,
        "minimum_days": minimum_days,
        "receipt_days": receipt_days,
        "over_receipt_fraction": over_receipt_fraction,
        "count_class": count_class,
    }
    return keep(row, columns, by)


@transaction.atomic
def delete_stock_rule(*, stockrule: StockRule, by: User) -> None:
    """The next rule that fits holds from now on."""
    take_away(stockrule, by)


@transaction.atomic
def save_attribute_rule(
    *,
    attributerule: AttributeRule | None = None,
    item: Item | None = None,
    group: ItemGroup | None = None,
    characteristic: Characteristic,
    required: bool = False,
    lower_limit: Decimal | None = None,
    upper_limit: Decimal | None = None,
    by: User,
) -> AttributeRule:
    """A characteristic that lots of an item or group carry, with limits of its own or the characteristic's."""
    _not_both(item, group)
    if item is None and group is None:
        raise Refused(_("Say of which item or group."), code="item_or_group", field="item")
    if lower_limit is not None and upper_limit is not None and lower_limit > upper_limit:
        raise Refused(_("The lower limit is above the upper one."), code="limits", field="lower_limit")
    row = opened(AttributeRule, attributerule)
    _alone(row, item=item, group=group, characteristic=characteristic)
    columns = {
        "item": item,
        "group": group,
        "characteristic": characteristic,
        "required": required,
        "lower_limit": lower_limit,
        "upper_limit": upper_limit,
    }
    return keep(row, columns, by)


@transaction.atomic
def delete_attribute_rule(*, attributerule: AttributeRule, by: User) -> None:
    """Lots keep the values they have; new ones need none."""
    take_away(attributerule, by)


@transaction.atomic
def save_count_class(
    *,
    countclass: CountClass | None = None,
    code: str,
    name: str,
    days_between: int = 90,
    tolerance_fraction: Decimal = Decimal(0),
    tolerance_quantity: Decimal = Decimal(0),
    value_share: Decimal | None = None,
    by: User,
) -> CountClass:
    """How often and how exactly stock of a class is counted."""
    if days_between < 1:
        raise Refused(_("There is a day at least between two counts."), field="days_between")
    for field, value in (
        ("tolerance_fraction", tolerance_fraction),
        ("tolerance_quantity", tolerance_quantity),
        ("value_share", value_share),
    ):
        if value is not None and value < 0:
            raise Refused(_("A tolerance or share is not below 0."), field=field)
    columns = {
        "code": code,
        "name": name,
        "days_between": days_between,
        "tolerance_fraction": tolerance_fraction,
        "tolerance_quantity": tolerance_quantity,
        "value_share": value_share,
    }
    return keep(opened(CountClass, countclass), columns, by)


@transaction.atomic
def delete_count_class(*, countclass: CountClass, by: User) -> None:
    """Refused while rules or counts name it."""
    take_away(countclass, by)


@transaction.atomic
def save_put_away_rule(
    *,
    putawayrule: PutAwayRule | None = None,
    site: Site,
    group: ItemGroup | None = None,
    item: Item | None = None,
    sequence: int = 10,
    location: Location,
    capacity: Decimal | None = None,
    only_same_item: bool = False,
    by: User,
) -> PutAwayRule:
    """Where goods of an item or group or all are put; the lowest sequence that has room first."""
    _not_both(item, group)
    _at_site(location, site)
    if capacity is not None and capacity <= 0:
        raise Refused(_("A capacity is more than 0."), field="capacity")
    row = opened(PutAwayRule, putawayrule)
    _alone(row, site=site, group=group, item=item, location=location)
    columns = {
        "site": site,
        "group": group,
        "item": item,
        "sequence": sequence,
        "location": location,
        "capacity": capacity,
        "only_same_item": only_same_item,
    }
    return keep(row, columns, by)


def _at_site(location: Location, site: Site) -> None:
    if location.site_id != site.pk or not location.holds_stock:
        raise Refused(
            _("{place} is no place of {site} that holds stock."),
            field="location",
            place=location.code,
            site=site.code,
        )


@transaction.atomic
def delete_put_away_rule(*, putawayrule: PutAwayRule, by: User) -> None:
    """What else fits holds from now on."""
    take_away(putawayrule, by)


@transaction.atomic
def save_supply_rule(
    *,
    supplyrule: SupplyRule | None = None,
    item: Item,
    location: Location,
    source: Location | None = None,
    method: str = SupplyRule.Method.MIN_MAX,
    card: str = "",
    bins: int = 2,
    bin_quantity: Decimal | None = None,
    minimum: Decimal | None = None,
    maximum: Decimal | None = None,
    active: bool = True,
    by: User,
) -> SupplyRule:
    """How a line-side place is kept supplied. Refused: a kanban without a card and a bin's quantity, a minimum that
    is not below the maximum, a source at another site or the place itself, a card that is used."""
    _check_figures(method, card, bins, bin_quantity, minimum, maximum)
    _at_site(location, location.site)
    if source is not None:
        _at_site(source, location.site)
        if source.pk == location.pk:
            raise Refused(_("A place is not supplied from itself."), field="source")
    row = opened(SupplyRule, supplyrule)
    _alone(row, item=item, location=location)
    other = SupplyRule.objects.filter(card=card).exclude(pk=row.pk).first() if card else None
    if other is not None:
        raise Refused(
            _("Card {card} belongs to {rule}."), code="exists", field="card", card=card, rule=str(other)
        )
    columns = {
        "item": item,
        "location": location,
        "source": source,
        "method": method,
        "card": card,
        "bins": bins,
        "bin_quantity": bin_quantity,
        "minimum": minimum,
        "maximum": maximum,
        "active": active,
    }
    return keep(row, columns, by)


def _check_figures(
    method: str,
    card: str,
    bins: int,
    bin_quantity: Decimal | None,
    minimum: Decimal | None,
    maximum: Decimal | None,
) -> None:
    if method == SupplyRule.Method.KANBAN:
        if not card:
            raise Refused(_("A kanban needs a card to scan."), field="card")
        if "/" in card or "~" in card:
            raise Refused(_("A card's number has no / and no ~: they mark its bins."), field="card")
        if bins < 1 or bin_quantity is None or bin_quantity <= 0:
            raise Refused(_("A kanban needs bins and what is in one of them."), field="bin_quantity")
        return
    if minimum is None or maximum is None or minimum < 0 or maximum <= minimum:
        raise Refused(_("The maximum is above the minimum, and both are there."), field="maximum")


@transaction.atomic
def delete_supply_rule(*, supplyrule: SupplyRule, by: User) -> None:
    """The place is not supplied by itself any more; open tasks stay."""
    take_away(supplyrule, by)
