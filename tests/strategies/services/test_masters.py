"""Characteristics, money, number series, item groups and reasons: made, changed, refused, over every door."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client

from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.models import Characteristic, Currency, ExchangeRate, ItemGroup, NumberSeries, ReasonCode
from strategies.selectors.exchange import Exchange
from strategies.services.characteristics import delete_characteristic, save_characteristic
from strategies.services.importer import take_rows
from strategies.services.itemgroups import delete_item_group, save_item_group
from strategies.services.money import (
    delete_currency,
    delete_exchange_rate,
    save_currency,
    save_exchange_rate,
)
from strategies.services.numbering import save_number_series, take_numbers
from strategies.services.reasons import delete_reason, save_reason
from tests.factories import make_item, make_lot, make_unit, make_user
from tests.strategies.api.test_master_lists import change, post, remove

pytestmark = pytest.mark.django_db
D = Decimal
WIDTH: dict[str, Any] = {"code": "WIDTH", "name": "Width", "digits": 1}


@pytest.fixture
def by():
    return make_user("engineer")


@pytest.fixture
def money() -> tuple[Currency, Currency]:
    return tuple(Currency.objects.create(code=code, name=code) for code in ("EUX", "USX"))  # type: ignore[return-value]


class TestCharacteristics:
    def test_one_is_made_changed_and_taken_away(self, by):
        unit = make_unit("MM")
        made = save_characteristic(
            **WIDTH, unit=unit, target=D(622), lower_limit=D("621.5"), upper_limit=D("622.5"), by=by
        )
        save_characteristic(characteristic=made, **{**WIDTH, "name": "Rim width"}, unit=unit, by=by)
        found = Characteristic.objects.get()
        assert (found.name, found.unit, found.upper_limit, found.target) == ("Rim width", unit, None, None)
        assert Journal.objects.filter(fact="strategies.WorkSaved").count() == 2
        delete_characteristic(characteristic=found, by=by)
        assert not Characteristic.objects.exists()

    @pytest.mark.parametrize(
        "given, field, words",
        [
            ({"lower_limit": D(3), "upper_limit": D(2)}, "lower_limit", "above the upper"),
            ({"lower_limit": D(3), "target": D(2)}, "target", "outside the limits"),
            ({"target": D("1.25")}, "target", "1.25 has more than 1 digits"),
            ({"digits": 10}, "digits", "0 to 9 digits"),
            ({"kind": "text", "upper_limit": D(1)}, "upper_limit", "Only what is measured"),
        ],
    )
    def test_what_makes_no_sense_is_said_at_its_field_by_the_service_and_by_the_sheet(
        self, by, given, field, words
    ):
        with pytest.raises(Refused, match=words) as no:
            save_characteristic(**{**WIDTH, **given}, by=by)
        assert no.value.field == field
        row = {name: str(value) for name, value in {**WIDTH, **given}.items()}
        outcome = take_rows(sheet="characteristics", rows=[row], roles=("engineer",), by=by)
        assert [one.column for one in outcome.problems] == [field]
        assert not Characteristic.objects.exists()

    def test_what_a_file_has_no_column_for_stays_and_is_reckoned_with(self, by):
        def take(**row):
            return take_rows(sheet="characteristics", rows=[row], roles=("engineer",), by=by).problems

        save_characteristic(**{**WIDTH, "digits": 3}, lower_limit=D(5), by=by)
        save_characteristic(code="TINT", name="Tint", kind="text", by=by)
        make_lot(make_item("RIM", tracking="lot"), "L1", attributes={"TINT": "red"})
        assert take(code="TINT", name="Colour") == []
        assert [one.text for one in take(code="WIDTH", name="Width", upper_limit="3")] == [
            "The lower limit is above the upper one."
        ]
        assert take(code="WIDTH", name="Width", upper_limit="7.125") == []
        found = Characteristic.objects.order_by("code").values_list("code", "name", "kind", "upper_limit")
        assert list(found) == [("TINT", "Colour", "text", None), ("WIDTH", "Width", "variable", D("7.125"))]

    def test_what_lots_have_a_value_of_keeps_its_kind_and_its_code(self, by):
        made = save_characteristic(**WIDTH, by=by)
        lot = make_lot(make_item("RIM", tracking="lot"), "L1", attributes={"WIDTH": "622"})
        for wrong in ({"kind": "text"}, {"code": "BREADTH"}):
            with pytest.raises(Refused, match=f"lot {lot.number} has a value"):
                save_characteristic(characteristic=made, **{**WIDTH, **wrong}, by=by)
        with pytest.raises(Refused, match="has a value"):
            delete_characteristic(characteristic=made, by=by)
        row = {"code": "WIDTH", "name": "Width", "kind": "text"}
        outcome = take_rows(sheet="characteristics", rows=[row], roles=("engineer",), by=by)
        assert "has a value" in outcome.problems[0].text
        assert Characteristic.objects.get().kind == "variable"
        save_characteristic(characteristic=made, **{**WIDTH, "name": "Any name"}, by=by)


class TestMoney:
    def test_a_rate_counts_from_its_day_on_both_ways(self, money, by):
        euro, dollar = money
        save_exchange_rate(source=euro, target=dollar, valid_from=date(2026, 1, 1), rate=D("1.25"), by=by)
        rates = Exchange()
        assert rates.rate(euro.pk, dollar.pk, date(2026, 2, 1)) == Fraction(5, 4)
        assert rates.rate(dollar.pk, euro.pk, date(2026, 2, 1)) == Fraction(4, 5)
        assert rates.rate(euro.pk, dollar.pk, date(2025, 12, 31)) is None

    def test_a_rate_is_changed_and_taken_away(self, money, by):
        euro, dollar = money
        same = {"source": euro, "target": dollar, "valid_from": date(2026, 1, 1)}
        made = save_exchange_rate(**same, rate=D(1), by=by)
        save_exchange_rate(exchangerate=made, **same, rate=D(2), by=by)
        assert ExchangeRate.objects.get().rate == 2
        with pytest.raises(
            Refused, match=f"rate of EUX in USX from {formats.day(date(2026, 1, 1))} on already"
        ):
            save_exchange_rate(**same, rate=D(3), by=by)
        for wrong, words in (({"rate": D(0)}, "more than 0"), ({"target": euro, "rate": D(1)}, "to another")):
            with pytest.raises(Refused, match=words):
                save_exchange_rate(**{**same, **wrong}, by=by)
        delete_exchange_rate(exchangerate=made, by=by)
        assert not ExchangeRate.objects.exists()

    def test_a_currency_keeps_what_amounts_are_booked_in(self, by):
        made = save_currency(code="chx", name="Franc", by=by)
        assert made.code == "CHX"
        save_currency(currency=made, code="CHX", name="Swiss franc", by=by)
        for wrong in ({"code": "CHY"}, {"minor_digits": 0}):
            with pytest.raises(Refused, match="keeps its code and its digits"):
                save_currency(**{"currency": made, "code": "CHX", "name": "x", **wrong}, by=by)
        with pytest.raises(Refused, match="three letters"):
            save_currency(code="€", name="Euro", by=by)
        save_exchange_rate(
            source=made,
            target=save_currency(code="DEX", name="x", by=by),
            valid_from=date(2026, 1, 1),
            rate=D(1),
            by=by,
        )
        with pytest.raises(Refused, match="is used by"):
            delete_currency(currency=made, by=by)
        assert Currency.objects.get(pk=made.pk).name == "Swiss franc"

    def test_rates_come_by_sheet(self, money, by):
        rows = [
            {"from": "EUX", "to": "USX", "valid_from": "2026-01-01", "rate": "1.0835"},
            {"from": "EUX", "to": "EUX", "valid_from": "2026-01-01", "rate": "1"},
        ]
        outcome = take_rows(
            sheet="exchange_rates", rows=rows, partly=True, roles=("buyer",), by=make_user("buyer")
        )
        assert [(one.line, one.text) for one in outcome.problems] == [
            (2, "A rate leads from one currency to another.")
        ]
        assert ExchangeRate.objects.get().rate == D("1.0835")


class TestSeries:
    def test_documents_go_on_where_the_series_says(self, by):
        save_number_series(code="MO", prefix="W", width=4, next_value=41, by=by)
        assert take_numbers(code="MO", count=2) == ["W0041", "W0042"]

    def test_no_number_is_given_out_twice(self, by):
        made = save_number_series(code="MO", prefix="W", next_value=41, by=by)
        take_numbers(code="MO", count=2)
        made.refresh_from_db()
        with pytest.raises(Refused, match="up to 42: the next is 43 or above"):
            save_number_series(numberseries=made, code="MO", prefix="W", next_value=42, by=by)
        save_number_series(numberseries=made, code="MO", prefix="W27-", next_value=1, by=by)
        assert take_numbers(code="MO", count=1) == ["W27-000001"]
        with pytest.raises(Refused, match="There is a series MO already"):
            save_number_series(code="MO", prefix="X", by=by)
        with pytest.raises(Refused, match="stays with its document"):
            save_number_series(numberseries=made, code="PO", prefix="W27-", next_value=9, by=by)
        assert NumberSeries.objects.get().code == "MO"


class TestGroupsAndReasons:
    def test_a_group_is_never_within_itself(self, by):
        bikes = save_item_group(code="BIKES", name="Bicycles", by=by)
        racing = save_item_group(code="RACING", name="Racing", parent=bikes, by=by)
        with pytest.raises(Refused, match="BIKES → RACING → BIKES"):
            save_item_group(itemgroup=bikes, code="BIKES", name="Bicycles", parent=racing, by=by)
        make_item("ROAD", group=racing)
        with pytest.raises(Refused, match="is used by"):
            delete_item_group(itemgroup=racing, by=by)
        assert ItemGroup.objects.get(code="BIKES").parent is None

    def test_reasons_have_two_levels_of_one_kind(self, by):
        top = save_reason(kind="scrap", code="S", name="Surface", by=by)
        below = save_reason(kind="scrap", code="S1", name="Scratch", parent=top, cause="staff", by=by)
        assert (below.parent, below.cause) == (top, "staff")
        for wrong, words in (
            ({"kind": "hold", "code": "H", "parent": top}, "another kind"),
            ({"kind": "scrap", "code": "S2", "parent": below}, "two levels"),
            ({"kind": "scrap", "code": "S1"}, "reason S1 of this kind already"),
        ):
            with pytest.raises(Refused, match=words):
                save_reason(name="x", **wrong, by=by)
        with pytest.raises(Refused, match="is used by"):
            delete_reason(reasoncode=top, by=by)
        save_reason(reasoncode=below, kind="scrap", code="S1", name="Scratch", active=False, by=by)
        assert not ReasonCode.objects.get(code="S1").active


BODIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "characteristics": ({"code": "PH", "name": "pH", "lower_limit": "6.5"}, {"name": "Acidity"}),
    "currencies": ({"code": "EUX", "name": "Euro"}, {"name": "The euro"}),
    "item-groups": ({"code": "BIKES", "name": "Bicycles"}, {"name": "Bikes"}),
    "reason-codes": ({"kind": "scrap", "code": "S9", "name": "Dent"}, {"name": "Dented"}),
}


@pytest.mark.parametrize("path", BODIES)
def test_over_rest_each_is_made_changed_and_taken_away(client: Client, path: str) -> None:
    client.force_login(make_user("engineer"))
    given, then = BODIES[path]
    answer = post(client, f"{path}/", given)
    assert answer.status_code == 201, answer.json()
    key = f"{given['kind']}~{given['code']}" if "kind" in given else given["code"]
    found = client.get(f"/api/v1/strategies/{path}/?search={given['code']}").json()["results"]
    assert len(found) == 1, found
    address = answer.headers.get("Location") or f"/api/v1/strategies/{path}/{key}/"
    address = address[address.index("/api/") :]
    answer = change(client, address.removeprefix("/api/v1/strategies/"), then)
    assert answer.status_code == 200 and answer.json()["name"] == then["name"], answer.json()
    assert remove(client, address.removeprefix("/api/v1/strategies/")).status_code == 204


def test_over_rest_rates_and_series_are_kept_by_those_who_may(client: Client, money: Any) -> None:
    client.force_login(make_user("cost_accountant"))
    rate = {"source": "EUX", "target": "USX", "valid_from": "2026-01-01", "rate": "1.1"}
    answer = post(client, "exchange-rates/", rate)
    assert answer.status_code == 201, answer.json()
    assert change(client, f"exchange-rates/{answer.json()['id']}/", {"rate": "1.2"}).status_code == 200
    assert ExchangeRate.objects.get().rate == D("1.2")
    series = {"code": "MO", "prefix": "W-", "next_value": 7}
    assert post(client, "number-series/", series, key="s1").status_code == 403
    client.force_login(make_user("engineer"))
    answer = post(client, "number-series/", series, key="s2")
    assert answer.status_code == 201, answer.json()
    assert take_numbers(code="MO", count=1) == ["W-000007"]
