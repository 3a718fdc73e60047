"""Lists, records, forms, runs, the Gantt and the log-in page: contrast, names and labels, also at 200 % zoom."""

from __future__ import annotations

from typing import Any

import pytest

from p2p.core.models import User
from tests.web.test_lists import make_people

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("try_pages"),
]
PAGES = (
    "/people/",
    "/people/?language=es",
    "/people/maya/?tab=panel",
    "/people/maya/rename/",
    "/runs/",
    "/try/gantt/",
    "/nothing/",
)


def problems(page: Any) -> list[Any]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    return [
        (each["id"], node["target"], node["failureSummary"][:160]) for each in found for node in each["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_kind_of_page_can_be_read_by_everybody(visit: Any, theme: str) -> None:
    maya = User.objects.create_user("maya", first_name="Maya", last_name="Keil")
    make_people(24)
    said = {path: problems(visit(path, by=maya, theme=theme)) for path in PAGES}
    said["/login/"] = problems(visit("/login/", theme=theme))
    assert {path: each for path, each in said.items() if each} == {}


@pytest.mark.parametrize("path", [*PAGES, "/core/gallery/"])
def test_at_twice_the_size_nothing_runs_out_of_the_window(visit: Any, shoot: Any, path: str) -> None:
    maya = User.objects.create_user("maya", first_name="Maya", last_name="Keil", is_staff=True)
    make_people(12)
    page = visit(path, by=maya, size="zoomed")
    shoot(page, f"zoomed-{path.strip('/').replace('/', '-').replace('?', '_')}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('#main').scrollWidth <= innerWidth")
