"""Every page that a coverage table names, photographed in a real browser with a row to show."""

from __future__ import annotations

import re

import pytest

from tests.architecture.coverage import address, promises
from tests.browser.conftest import SHOTS
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("written", sorted({one for each in promises() for one in each.page}))
def test_a_promised_page_is_drawn(visit, written):
    page = visit(address(written), by=make_user("administrator", is_superuser=True))
    assert page.locator("h1").first.inner_text().strip()
    assert page.locator("main").first.inner_text().strip()
    folder = SHOTS / "coverage"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{re.sub(r'[^a-z0-9]+', '-', written.lower()).strip('-')}.png")
