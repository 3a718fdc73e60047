from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.inventory.engine.scan import (
    GROUP,
    Garbled,
    check_digit,
    element_string,
    gtin14,
    in_brackets,
    read,
    sscc,
)

GTIN = "04012345678901"
PARTS = [("01", GTIN), ("10", "L/7"), ("17", "261231"), ("37", "12")]


@pytest.mark.parametrize(
    "code",
    [
        f"]C101{GTIN}10L/7{GROUP}1726123137" + "12",
        f"]d201{GTIN}17261231" + f"10L/7{GROUP}3712",
        f"{GROUP}01{GTIN}10L/7{GROUP}172612313712",
        f"(01){GTIN}(10)L/7(17)261231(37)12",
    ],
)
def test_an_element_string_is_read_however_the_scanner_sends_it(code):
    found = read(code)
    assert (found.gtin, found.lot, found.expires, found.quantity) == (
        GTIN,
        "L/7",
        date(2026, 12, 31),
        Decimal(12),
    )
    assert not found.plain


def test_codes_are_read_back_as_they_were_written():
    assert read("]C1" + element_string(PARTS)).elements == dict(PARTS)
    assert read(in_brackets(PARTS)).elements == dict(PARTS)
    assert element_string(PARTS) == f"01{GTIN}10L/7{GROUP}172612313712"


@given(
    st.dictionaries(
        st.sampled_from(["10", "21", "240", "37", "30"]), st.from_regex(r"\A[1-9][0-9]{0,7}\Z"), min_size=1
    )
)
def test_every_element_string_survives_the_way_there_and_back(parts):
    assert read("]C1" + element_string(parts.items())).elements == parts
    assert read(in_brackets(parts.items())).elements == parts


def test_a_plain_number_may_be_anything_and_an_item_with_a_lot_is_told_apart():
    assert read(" A-01-02 ").plain
    assert read("A-01-02").text == "A-01-02"
    found = read("MILK~26-001")
    assert (found.item, found.piece, found.plain) == ("MILK", "26-001", False)


def test_a_bare_shipping_code_or_gtin_is_known_by_its_check_digit():
    code = sscc("4012345", 1)
    assert read("00" + code).sscc == code
    assert read("01" + GTIN).gtin == GTIN
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert read("00" + wrong).plain


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("(01)04012345678902", "(01)04012345678902"),
        ("]C1010401234567", "(01)0401234567"),
        ("]C1AB", "AB"),
        ("(10)", "(10)"),
        ("(37)x", "(37)x"),
        ("(17)261331", "261331"),
    ],
)
def test_a_garbled_element_string_names_the_part(code, part):
    with pytest.raises(Garbled) as error:
        read(code)
    assert error.value.part == part


def test_check_digits_are_those_of_the_standard():
    # GS1's own examples: GTIN-13 629104150021-3 and SSCC 37610425002123456-9.
    assert check_digit("629104150021") == "3"
    assert check_digit("37610425002123456") == "9"
    assert gtin14("6291041500213") == "06291041500213"
    assert gtin14("6291041500214") == ""
    assert sscc("7610425", 2123456, extension=3) == "376104250021234569"


def test_a_shipping_code_ends_where_its_numbers_end():
    assert len(sscc("123456789012", 9999)) == 18
    with pytest.raises(ValueError, match="no number left"):
        sscc("123456789012", 10000)
    with pytest.raises(ValueError, match="4 to 12 digits"):
        sscc("12", 1)


def test_day_zero_is_the_last_of_the_month():
    assert read("(17)260200").expires == date(2026, 2, 28)
    assert read("(11)990101").made == date(1999, 1, 1)


@pytest.mark.parametrize(
    ("code", "text", "gtin"),
    [("]C0A-01", "A-01", ""), ("]E04006381333931", "]E04006381333931", "04006381333931"), ("]A0~", "~", "")],
)
def test_a_symbology_identifier_is_no_part_of_a_plain_number(code: str, text: str, gtin: str) -> None:
    said = read(code)
    assert (said.text, said.gtin) == (text, gtin)


def test_an_element_string_behind_fnc1_alone_is_read() -> None:
    assert read("\x1d0104006381333931").gtin == "04006381333931"
