"""Papers read back: any script, codes that decode, pages that count themselves, nothing outside the margins."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.lib.units import mm

from p2p.core import paper
from p2p.core.paper.letters import EAST, LACKING, NO_LETTER, SIGNS, font_of
from tests.core.paper.reading import codes, fonts, ink_beyond, pages

SCRIPTS = {
    "Latin": "Żółć, Đặng, façade, Größe, ŁÓDŹ, ğış",
    "Greek": "Πλαίσιο ποδηλάτου",
    "Cyrillic": "Рама велосипеда, їжак",
    "Armenian": "հեծանիվ",
    "Georgian": "ველოსიპედი",
    "Chinese": "前輪總成自行车车架",
    "Japanese": "アルミ自転車フレーム組立品",
    "Korean": "자전거 프레임",
    "signs": "⌀ 12 ≤ 3 µm → 5 Ω ± √2 ✓ €",
}


@pytest.mark.parametrize("words", SCRIPTS.values(), ids=SCRIPTS)
def test_words_in_this_script_are_printed_and_can_be_read_back(words: str) -> None:
    sheet = paper.pdf([paper.text(words), paper.text(words, paper.BOLD)], title=words)
    assert pages(sheet)[0].count(words) >= 3  # twice in the text, once in the foot
    assert NO_LETTER not in pages(sheet)[0]


def test_letters_travel_in_the_file() -> None:
    sheet = paper.pdf([paper.text(words) for words in SCRIPTS.values()], title="All")
    used = fonts(sheet)
    used.pop("Helvetica")  # every canvas of reportlab names it first; nothing is written in it
    assert set(used) == {"LiberationSans", "DejaVuSans", "DroidSansFallback"}
    assert all(used.values())
    assert len(sheet) < 200_000


@pytest.mark.parametrize(
    "words", ["إطار دراجة", "אופניים", "กรอบ", "🚲"], ids=["Arabic", "Hebrew", "Thai", "emoji"]
)
def test_signs_without_letters_become_boxes_and_the_page_says_so(words: str) -> None:
    sheet = paper.pdf([paper.text(f"{words} A7")], title="T")
    assert f"{NO_LETTER} A7" in pages(sheet)[0]
    assert "stands for signs that paper has no letter for" in pages(sheet)[0]


def test_a_page_with_all_its_letters_has_no_such_note() -> None:
    assert "stands for" not in pages(paper.pdf([paper.text("plain")], title="T"))[0]


def test_every_sign_goes_to_a_font_that_has_it() -> None:
    assert [font_of(sign) for sign in "⌀自א"] == [SIGNS, EAST, LACKING]


def test_markup_and_control_signs_in_names_are_only_words() -> None:
    sheet = paper.pdf(
        [paper.text("<b>bold</b> & <font size=90>\x00\x1b\u200e\u202e done")], title="<i>T</i> &"
    )
    assert "<b>bold</b> & <font size=90> done" in pages(sheet)[0]
    assert "<i>T</i> & · printed" in pages(sheet)[0]


@pytest.mark.parametrize(
    "name",
    ["X" * 300, "前輪總成" * 60, "Hinterrad-Zusammenbau " * 15, "Ж" * 200],
    ids=["X", "Chinese", "words", "Ж"],
)
def test_long_names_wrap_inside_their_column(name: str) -> None:
    rows = [["A-1", name, paper.text("12 EA", paper.RIGHT)]]
    facts = (("Item", name),)
    sheet = paper.pdf(
        [paper.head("Paper", "N-1", name, facts), paper.table("abc", rows, (1, 2, 1))], title=name
    )
    assert not ink_beyond(sheet, 14 * mm)
    found = pages(sheet)[0].replace(" ", "")
    assert found.count(name.replace(" ", "")) >= 2


def test_pages_count_themselves_and_repeat_the_head_of_the_table() -> None:
    rows = [[f"R-{number:03}", "name"] for number in range(200)]
    read = pages(paper.pdf([paper.table(("Place", "Item"), rows, (1, 1))], title="Pick list PK-7"))
    assert len(read) > 3
    for place, words in enumerate(read, start=1):
        assert f"Page {place} of {len(read)}" in words
        assert words.count("Place Item") == 1
        assert words.count("Pick list PK-7") == (1 if place == 1 else 2)
    assert [f"R-{number:03}" for number in range(200)] == [
        w for page in read for w in page.split() if w[:2] == "R-"
    ]


@pytest.mark.parametrize("code", ["MO-000123", "MO-000123-10", "PK-000001", "A b/c+d$%", "HB-M918B-42/1"])
def test_bars_and_square_of_a_head_are_read_by_a_scanner(code: str) -> None:
    sheet = paper.pdf([paper.head("Traveller", code, "Plant", ())], title=code)
    assert codes(sheet) == [("Code128", code), ("QRCode", code)]


@pytest.mark.parametrize("code", ["ÄÖ-1", "订单-7", "X-" + "9aB" * 20], ids=["umlaut", "Chinese", "long"])
def test_what_bars_cannot_say_is_a_square(code: str) -> None:
    assert paper.bars(code, height=20, width=56 * mm) is None
    sheet = paper.pdf([paper.coded(code, height=9 * mm, width=56 * mm)], title="T")
    assert codes(sheet, dots=300) == [("QRCode", code)]


def test_labels_are_pages_of_their_own_size_with_codes_that_read() -> None:
    rows = [paper.Label("Plant", f"MO-{number}", ["前輪總成 " * 20, "5 EA"]) for number in (1, 2)]
    sheet = paper.labels(rows, title="Labels")
    assert len(pages(sheet)) == 2
    assert codes(sheet, page=1, dots=203) == [("Code128", "MO-2"), ("QRCode", "MO-2")]
    assert "前輪總成" in pages(sheet)[0] and "5 EA" in pages(sheet)[0]


@pytest.mark.parametrize(("size", "wide"), [("A4", 595), ("letter", 612)])
def test_paper_has_the_size_of_the_plant(settings: Any, size: str, wide: int) -> None:
    settings.P2P_PAPER = size
    sheet = paper.pdf([paper.table(("a", "b"), [["1", "2"]], (1, 1))], title="T")
    assert int(PdfReader(io.BytesIO(sheet)).pages[0].mediabox.width) == wide


def test_papers_printed_at_once_have_their_own_letters() -> None:
    def one(number: int) -> str:
        words = list(SCRIPTS.values())
        words = words[number % len(words) :] + words[: number % len(words)]
        return pages(paper.pdf([paper.text(each) for each in words], title=f"T{number}"))[0]

    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(one, range(24)))
    assert all(words in page for page in read for words in SCRIPTS.values())
