from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from p2p.core.facts import heard
from p2p.core.refusal import Refused
from strategies.facts import UnitsSaved
from strategies.models import Unit, UnitConversion
from strategies.selectors.units import converted
from strategies.services import units
from tests.factories import (
    make_conversion,
    make_item,
    make_location,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make_user("engineer")


@pytest.mark.parametrize(
    ("text", "factor"),
    [("12", Fraction(12)), ("1/3", Fraction(1, 3)), ("0.453592292", Fraction(113398073, 250000000))],
)
def test_a_factor_is_kept_as_it_was_typed(by, text, factor):
    row = units.add_conversion(source=make_unit("A"), target=make_unit("B"), factor=text, by=by)
    assert Fraction(row.numerator, row.denominator) == factor


@pytest.mark.parametrize("text", ["0", "-1", "1/0", "many", "1,5", "", "1" * 30])
def test_what_is_no_factor_is_refused_as_typed(by, text):
    with pytest.raises(Refused, match="is no factor above 0 like 12, 1/3 or 0.453592292"):
        units.add_conversion(source=make_unit("A"), target=make_unit("B"), factor=text, by=by)
    assert not UnitConversion.objects.exists()


def test_a_way_round_that_does_not_lead_back_to_one_is_refused_naming_it(by):
    a, b, c = make_unit("A"), make_unit("B"), make_unit("C")
    units.add_conversion(source=a, target=b, factor="2", by=by)
    units.add_conversion(source=b, target=c, factor="3", by=by)
    with pytest.raises(Refused, match="contradict each other: by .*→.*→.*→") as no:
        units.add_conversion(source=c, target=a, factor="1/5", by=by)
    assert {"A", "B", "C"} <= set(str(no.value).replace(",", " ").split())
    assert UnitConversion.objects.count() == 2
    units.add_conversion(source=c, target=a, factor="1/6", by=by)
    with pytest.raises(Refused, match="contradict"):
        units.change_conversion(unit_conversion=UnitConversion.objects.get(source=c), factor="1/7", by=by)
    assert UnitConversion.objects.get(source=c).denominator == 6


def test_an_item_may_have_its_own_step_but_no_loop_of_its_own(by):
    box, ea, pallet = make_unit("BOX"), make_unit("EA"), make_unit("PAL")
    item = make_item("SPOKE")
    units.add_conversion(source=box, target=ea, factor="10", by=by)
    units.add_conversion(source=pallet, target=box, factor="4", by=by)
    units.add_conversion(source=box, target=ea, factor="12", item=item, by=by)
    assert converted(Decimal(1), pallet, ea, item).exact == 48
    assert converted(Decimal(1), pallet, ea).exact == 40
    with pytest.raises(Refused, match="contradict"):
        units.add_conversion(source=pallet, target=ea, factor="50", item=item, by=by)


def test_a_way_of_several_steps_is_exact_and_rounds_as_the_unit_says(by):
    make_conversion("T", "KG", 1000)
    make_conversion("LB", "KG", 113398073, 250000000)
    for mode, wanted in (("half_up", "0.01"), ("up", "0.01"), ("down", "0.00"), ("half_even", "0.00")):
        Unit.objects.filter(code="T").update(rounding=mode, digits=2)
        target = Unit.objects.get(code="T")
        assert converted(Decimal(5), Unit.objects.get(code="KG"), target).rounded == Decimal(wanted), mode
    found = converted(Decimal(1), Unit.objects.get(code="LB"), Unit.objects.get(code="T"))
    assert found.exact == Fraction(113398073, 250000000000)
    assert found.path == ("LB", "KG", "T")
    with pytest.raises(Refused, match="how many M one LB is"):
        converted(Decimal(1), Unit.objects.get(code="LB"), make_unit("M"))


def test_a_unit_in_use_is_not_deleted_and_keeps_its_digits(by):
    unit = units.create_unit(code="KG", name="Kilogram", digits=3, by=by)
    item = make_item("SALT", unit=unit)
    assert units.change_unit(unit=unit, digits=2, by=by).digits == 2
    with pytest.raises(Refused, match="KG is used by item SALT"):
        units.delete_unit(unit=unit, by=by)
    make_stock(item, "0.25", make_location(make_site()))
    with pytest.raises(Refused, match="SALT has stock moves"):
        units.change_unit(unit=unit, digits=0, by=by)
    with pytest.raises(Refused, match="There is a unit kg already"):
        units.create_unit(code="kg", name="Again", by=by)


def test_what_becomes_of_units_is_told(by):
    with heard(UnitsSaved) as told:
        unit = units.create_unit(code="L", name="Litre", by=by)
        units.change_unit(unit=unit, name="Liter", by=by)
        units.change_unit(unit=unit, name="Liter", by=by)
        row = units.add_conversion(source=unit, target=make_unit("ML"), factor="1000", by=by)
        units.delete_conversion(unit_conversion=row, by=by)
        units.delete_unit(unit=unit, by=by)
    assert [each.what for each in told] == ["created", "changed", "conversion", "conversion", "deleted"]
    assert not Unit.objects.filter(code="L").exists()
