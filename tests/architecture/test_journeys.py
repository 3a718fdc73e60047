"""Browser tests wait for what must appear. A read at once, a bare text or a fixed sleep passes on a quiet machine and
fails on a busy one: a refusal is in the page and a frame later in the spoken line, which makes two of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).resolve().parent.parent / "browser").glob("test_*.py"))
HASTY = {
    r"\bpage\.get_by_text\(": "a text is looked for in the part of the page where it belongs",
    r"wait_for_timeout\((?!50\))": "a fixed sleep: wait for what must appear, or idle(page), drawn(page)",
    r"wait_for_load_state\(": "true at once after the first load: idle(page)",
    r"assert (?:not )?[\w.()\[\]'\"#=, -]+\.is_visible\(\)(?!, )": "read once: expect(…).to_be_visible()",
    r"assert .*\.(?:inner_text|input_value)\(\) ==": "read once: expect(…).to_have_text() or to_have_value()",
    r"assert (?!.*objects)(?!.*filter\()page\..*\.count\(\) == ": "read once: expect(…).to_have_count()",
}


def hasty(text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [
        f"{number}: {why}" for number, line in lines for sign, why in HASTY.items() if re.search(sign, line)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_browser_test_waits_for_what_must_appear(file: Path) -> None:
    assert hasty(file.read_text(encoding="utf-8")) == []


def test_what_is_read_too_early_is_found() -> None:
    for wrong in (
        'page.get_by_text("No lot L-1").wait_for()',
        "page.wait_for_timeout(300)",
        'page.wait_for_load_state("networkidle")',
        'assert page.locator("#rail").is_visible()',
        'assert count.inner_text() == "3"',
        'assert page.locator("tr").count() == 3',
    ):
        assert len(hasty(wrong)) == 1, wrong
    assert hasty('expect(page.locator("#list").get_by_text("1 of 3")).to_be_visible()') == []
