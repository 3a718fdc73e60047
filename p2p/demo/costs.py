"""The demo's standard costs: prices and rates of the data in, a roll-up and its activation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from costing import selectors
from costing.models import CostElement, CostVersion
from costing.services.elements import element_for
from costing.services.rollup import roll
from costing.services.version import Hourly, Price, activate, open_version, set_prices, set_rates
from p2p.core.models import User
from p2p.demo import adventureworks
from p2p.demo.adventureworks import money
from p2p.demo.steps import STEPS, Say, Step
from p2p.demo.waiting import wait_for
from strategies.models import CostCategory, Item, Site

VERSION = "STD-2012"
BICYCLE = "BK-R93R-62"


def set_standards(say: Say) -> Mapping[str, object]:
    """A version with what the data says of prices and hourly rates, rolled up and made the standard."""
    say("prices and rates", 0, 0)
    accountant = User.objects.get(username="carla")
    site = Site.objects.select_related("currency").get(code=adventureworks.SITE)
    version = CostVersion.objects.filter(code=VERSION).first() or open_version(
        code=VERSION, name="Standard costs 2012", site=site, valid_from=date(2012, 1, 1), by=accountant
    )
    if version.state == CostVersion.State.PENDING:
        prices = set_prices(version=version, prices=list(_prices()), by=accountant)
        set_rates(version=version, hourly=list(_rates()), by=accountant)
        run = roll(version=version, by=accountant)
        wait_for(run, say)
        activate(version=version, by=accountant)
    else:
        prices = version.prices.count()
    bicycle = Item.objects.get(number=BICYCLE)
    sheet = selectors.sheet_of(bicycle, version)
    total = sheet.total if sheet else Decimal(0)
    return {"prices": prices, f"{BICYCLE}_costs": f"{total.quantize(Decimal('0.01'))} {site.currency.code}"}


def _prices() -> Iterator[Price]:
    """The standard cost of what is bought; else the lowest vendor price, if it is per the item's own unit."""
    given, asked = money.standard_costs(), money.vendor_prices()
    for item in Item.objects.select_related("unit").order_by("pk"):
        if item.number in given:
            yield Price(item, given[item.number], "AdventureWorks standard cost")
        elif item.number in asked and asked[item.number][0] == item.unit.code:
            yield Price(item, asked[item.number][1], "lowest vendor price")


def _rates() -> Iterator[Hourly]:
    labour = element_for(CostElement.Kind.LABOUR)
    categories = CostCategory.objects.in_bulk(list(money.cost_rates()), field_name="code")
    for code, per_hour in money.cost_rates().items():
        yield Hourly(categories[code], labour, per_hour)


def standards_are_set() -> bool:
    return CostVersion.objects.filter(code=VERSION, state=CostVersion.State.ACTIVE).exists()


STEPS.append(Step("standards", "Rolling up standard costs", set_standards, standards_are_set))
