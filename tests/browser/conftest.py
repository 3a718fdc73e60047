"""A real Chromium before a real server: pages at desktop and tablet size, light and dark."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from p2p.core import places
from p2p.core.models import User
from tests.conftest import chromium
from tests.web import pages

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"desktop": (1440, 900), "tablet": (1024, 768), "portrait": (820, 1180), "zoomed": (720, 450)}
TOUCHED = {"tablet", "portrait"}
SHOTS = Path(__file__).resolve().parent.parent.parent / "shots"


@pytest.fixture
def try_pages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up pages of tests/browser/pages.py and tests/web/pages.py instead of the product's."""
    settings.ROOT_URLCONF = "tests.browser.pages"
    for name, empty in (
        ("_navs", dict),
        ("_panels", lambda: defaultdict(dict)),
        ("_verbs", lambda: defaultdict(dict)),
    ):
        monkeypatch.setattr(places, name, empty())
    monkeypatch.setattr(places, "_search", [])
    pages.register()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: set P2P_CHROMIUM or install one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """`visit("/runs/", by=user, size="tablet", theme="dark")` -> a page. Script errors fail the test."""
    contexts, problems = [], []

    def open_page(path: str, *, by: User | None = None, size: str = "desktop", theme: str = "light") -> Any:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            has_touch=size in TOUCHED,
            is_mobile=size in TOUCHED,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if by is not None:
            client = Client()
            client.force_login(by)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda said: (
                problems.append(said.text) if said.type == "error" and "status of" not in said.text else None
            ),
        )
        page.goto(path, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def until(page: Any, script: str, *, seconds: float = 15) -> None:
    """Wait until the script is true. (Playwright's own waiting evaluates text in the page; the policy forbids.)"""
    for _turn in range(int(seconds * 20)):
        if page.evaluate(f"() => Boolean({script})"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {script}")


@pytest.fixture
def shoot() -> Callable[..., Path]:
    """`shoot(page, "orders-dark")`: a picture in the git-ignored folder shots/."""

    def take(page: Any, name: str, **also: Any) -> Path:
        SHOTS.mkdir(exist_ok=True)
        target = SHOTS / f"{name}.png"
        page.screenshot(path=str(target), **also)
        return target

    return take
