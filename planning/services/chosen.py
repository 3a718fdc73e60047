"""Which BOM and route version an order is made from: the one that holds, or another that somebody chose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from planning.snapshot.recipes import Recipes
from strategies.models import BomVersion, Item, RouteVersion, Site
from strategies.selectors.versions import Either, may_be_chosen


def bom_for(
    recipes: Recipes, item: Item, *, day: date, quantity: Decimal, chosen: BomVersion | None
) -> BomVersion | None:
    """The bill of an order. Refused for a choice that may not be used, and for a quantity that is no multiple of
    what the formula makes at a time."""
    if chosen is not None:
        _check(BomVersion, chosen, item, recipes.site, day, quantity)
        bom: BomVersion | None = chosen
    else:
        key = recipes.boms.on(item.pk, day, quantity)
        bom = BomVersion.objects.select_related("item").get(pk=key) if key else None
    if bom is not None:
        _check_multiple(bom, quantity)
    return bom


def route_for(
    recipes: Recipes, item: Item, *, day: date, quantity: Decimal, chosen: RouteVersion | None
) -> int | None:
    """The route of an order. Refused for a choice that may not be used."""
    if chosen is None:
        return recipes.routes.on(item.pk, day, quantity)
    _check(RouteVersion, chosen, item, recipes.site, day, quantity)
    return chosen.pk


def _check(
    model: type[Either], version: Either, item: Item, site: Site, day: date, quantity: Decimal
) -> None:
    allowed = may_be_chosen(model, item, site=site, day=day, quantity=quantity)
    if not allowed.filter(pk=version.pk).exists():
        raise Refused(
            _(
                "{version} cannot be chosen: it has to be approved, of {item}, and hold on {day} for this quantity."
            ),
            code="version_not_usable",
            field="bom" if isinstance(version, BomVersion) else "route",
            version=version,
            item=item.number,
            day=day,
        )


def _check_multiple(bom: BomVersion, quantity: Decimal) -> None:
    if not bom.multiple_quantity:
        return
    times = Fraction(quantity) / Fraction(bom.multiple_quantity)
    if times.denominator == 1:
        return
    below = times.numerator // times.denominator
    step = Fraction(bom.multiple_quantity)
    raise Refused(
        _("{version} is made in multiples of {multiple}: order {below} or {above}."),
        code="no_multiple",
        field="quantity",
        version=bom,
        multiple=plain(bom.multiple_quantity),
        below=plain(decimal_of(below * step)),
        above=plain(decimal_of((below + 1) * step)),
    )
