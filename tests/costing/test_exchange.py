"""Other money in the site's: the rate of the pair, turned round, by way of another currency; rounded once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from costing.services.post import in_site_money
from costing.workprices import WorkPrices
from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.models import Currency, ExchangeRate, Site
from strategies.selectors.exchange import Exchange
from tests.factories import make_currency, make_item, make_site, make_vendor, make_vendor_price

D = Decimal
DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def rate(source: Currency, target: Currency, rate: str, since: date = date(2026, 1, 1)) -> None:
    ExchangeRate.objects.create(source=source, target=target, rate=D(rate), valid_from=since)


@pytest.fixture
def site() -> Site:
    return make_site("HOME", currency=make_currency("EUR"))


def test_the_rate_of_the_pair_comes_first_then_the_one_turned_round(site: Site) -> None:
    dollar = make_currency("USD")
    rate(site.currency, dollar, "3")
    # 100 / 3, rounded once at its end: the rate itself is never cut off.
    assert in_site_money(site, D(100), dollar.pk, DAY) == D("33.33")
    assert in_site_money(site, D("1000000000.01"), dollar.pk, DAY) == D("333333333.34")
    rate(dollar, site.currency, "0.5")
    assert in_site_money(site, D(100), dollar.pk, DAY) == D(50)
    assert in_site_money(site, D("-100"), dollar.pk, DAY) == D(-50)


def test_without_one_it_goes_by_way_of_one_other_currency_the_most_recent_one(site: Site) -> None:
    yen, dollar, franc = make_currency("JPY"), make_currency("USD"), make_currency("CHF")
    rate(dollar, yen, "150")
    rate(dollar, site.currency, "0.9")
    assert Exchange().rate(yen.pk, site.currency_id, DAY) == Fraction(9, 10) / 150
    assert in_site_money(site, D(1000), yen.pk, DAY) == D(6)
    # By francs both rates are younger than the older one of the two by dollars.
    rate(yen, franc, "0.006", date(2026, 2, 1))
    rate(franc, site.currency, "2", date(2026, 2, 1))
    rate(dollar, yen, "100", date(2026, 2, 20))
    assert in_site_money(site, D(1000), yen.pk, DAY) == D(12)
    # Before those days dollars were the only way.
    assert in_site_money(site, D(1000), yen.pk, date(2026, 1, 15)) == D(6)


def test_two_steps_aside_are_too_many_and_refused_by_name(site: Site) -> None:
    peso, dollar, pound = make_currency("MXN"), make_currency("USD"), make_currency("GBP")
    rate(peso, dollar, "0.05")
    rate(dollar, pound, "0.8")
    rate(pound, site.currency, "1.2")
    with pytest.raises(Refused, match=f"no exchange rate from MXN into EUR on {formats.day(DAY)}"):
        in_site_money(site, D(1), peso.pk, DAY)
    with pytest.raises(Refused, match=f"from USD into EUR on {formats.day(date(2025, 12, 31))}"):
        in_site_money(site, D(1), dollar.pk, date(2025, 12, 31))


def test_a_vendors_price_in_other_money_is_in_the_standard_by_the_rate_of_its_day(site: Site) -> None:
    item, dollar = make_item("FRAME"), make_currency("USD")
    cheap, dear = make_vendor(), make_vendor()
    make_vendor_price(dear, item, "5", operation_number=10, currency=site.currency)
    make_vendor_price(cheap, item, "6", operation_number=10, currency=dollar)
    with pytest.raises(Refused, match="is in USD: enter an exchange rate first"):
        WorkPrices(site, DAY, {item.pk}).fee(item.pk, 10, None, D(1))
    rate(site.currency, dollar, "1.5")
    assert WorkPrices(site, DAY, {item.pk}).fee(item.pk, 10, None, D(1)) == 4
    assert WorkPrices(site, DAY, {item.pk}).fee(item.pk, 10, dear.pk, D(1)) == 5
