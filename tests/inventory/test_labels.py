"""Labels are read back with a decoder: what is printed is what a scanner gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp

from p2p.core.paper.label import labels
from p2p.core.paper.zpl import zpl
from p2p.inventory.engine.scan import read
from p2p.inventory.labels import label_of, unit_label
from p2p.inventory.models import Balance, HandlingUnit, Lot, Serial
from strategies.models import Item, Location, Site, Unit

GTIN = "04012345678901"
MILK = Item(number="MILK", name="Milk", unit=Unit(code="EA"), attributes={"gtin": GTIN})
TEA = Item(number="TEA", name="Tea", unit=Unit(code="EA"))


def codes(label):
    page = pypdfium2.PdfDocument(labels([label], title="Label"))[0]
    found = zxingcpp.read_barcodes(page.render(scale=6).to_pil())
    return {one.format.name: one for one in found}


def test_a_lot_with_a_gtin_carries_gs1_bars_and_a_square_that_say_the_same():
    lot = Lot(item=MILK, number="L7", expires_on=date(2026, 12, 31))
    found = codes(label_of(lot, quantity=Decimal(12)))
    bars = found["Code128"]
    assert bars.symbology_identifier == "]C1"
    said = read(bars.symbology_identifier + bars.bytes.decode("latin-1"))
    assert (said.gtin, said.lot, said.expires, said.quantity) == (GTIN, "L7", date(2026, 12, 31), 12)
    assert read(found["QRCode"].text).elements == said.elements


@pytest.mark.parametrize(
    ("record", "item", "piece"),
    [(Lot(item=TEA, number="T 1"), "TEA", "T 1"), (Serial(item=TEA, number="S1"), "TEA", "S1")],
)
def test_without_a_gtin_the_codes_name_item_and_piece(record, item, piece):
    found = codes(label_of(record))
    for one in found.values():
        said = read(one.text)
        assert (said.item, said.piece) == (item, piece)
    assert set(found) == {"Code128", "QRCode"}


def test_a_number_that_gs1_does_not_take_falls_back_to_the_plants_own_code():
    for number in ("L(1)", "Ö7", "L" * 21):
        label = label_of(Lot(item=MILK, number=number))
        assert (label.elements, read(label.code).piece) == ("", number)


def test_a_unit_says_its_shipping_code_and_what_is_in_it():
    unit = HandlingUnit(number="HU-1", kind="pallet", sscc="376104250021234569")
    lot = Lot(item=MILK, number="L7")
    label = unit_label(unit, [Balance(item=MILK, lot=lot, quantity=Decimal(40))])
    said = read(codes(label)["QRCode"].text)
    assert (said.sscc, said.content, said.quantity, said.lot) == (unit.sscc, GTIN, 40, "L7")
    two = unit_label(unit, [Balance(item=MILK, quantity=Decimal(4)), Balance(item=TEA, quantity=Decimal(4))])
    assert read(two.code).elements == {"00": unit.sscc}


def test_a_place_is_known_by_its_code():
    place = Location(site=Site(code="BOT"), code="A-01-02", name="Rack A", kind="store")
    assert {one.text for one in codes(label_of(place)).values()} == {"A-01-02"}


def test_label_printers_get_the_codes_and_no_text_that_is_a_command():
    label = label_of(Lot(item=MILK, number="L7", vendor_lot="A^XZ~"), quantity=Decimal(2))
    text = zpl([label])
    assert text.count("^XA") == 1 and text.count("^XZ") == 1 and "A_5EXZ_7E" in text
    assert f">:>801{GTIN}10L7>8302" in text
    assert f"_101{GTIN}10L7_1302" in text
    plain = zpl([label_of(TEA)])
    assert "^BQN" in plain and ">:TEA" in plain
