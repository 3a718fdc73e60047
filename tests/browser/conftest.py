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
from playwright.sync_api import Error, expect

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
expect.set_options(timeout=30_000)
COUNT = """(() => {
  const busy = window.p2pBusy = { open: 0, at: 0 };
  const begin = () => { busy.open += 1; }, end = () => { busy.open -= 1; busy.at = performance.now(); };
  const send = XMLHttpRequest.prototype.send, real = window.fetch;
  XMLHttpRequest.prototype.send = function (...all) {
    begin();
    this.addEventListener('loadend', () => setTimeout(end, 0));
    return send.apply(this, all);
  };
  window.fetch = async (...all) => {
    begin();
    try {
      const answer = await real(...all);
      answer.clone().text().catch(() => {}).finally(() => setTimeout(end, 0));
      return answer;
    } catch (lost) { end(); throw lost; }
  };
})()"""
"""Counts what a page has asked the server and not yet heard."""
SHOTS = Path(__file__).resolve().parent.parent.parent / "shots"


# A refusal is an answer, and a page may be left while it still asks: what htmx calls an error after that is none
# (a connection that broke has a word of its own).
NO_FAULTS = ("status of", "htmx:sendAbort", "htmx:afterRequest")


def a_fault(said: str) -> bool:
    return not any(word in said for word in NO_FAULTS)


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
        context.add_init_script(COUNT)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda said: problems.append(said.text) if said.type == "error" and a_fault(said.text) else None,
        )
        page.goto(path, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def until(page: Any, script: str, *, seconds: float = 30) -> None:
    """Wait until the script is true. (Playwright's own waiting evaluates text in the page; the policy forbids.)"""
    for _turn in range(int(seconds * 20)):
        try:
            if page.evaluate(f"() => Boolean({script})"):
                return
        except Error as gone:  # the page was left while it was asked
            if "context was destroyed" not in gone.message and "navigat" not in gone.message:
                raise
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {script}")


def idle(page: Any) -> None:
    """Wait until the page has heard and drawn all it asked for. A key pressed earlier may meet the page of before."""
    until(page, "window.p2pBusy.open === 0 && performance.now() - window.p2pBusy.at > 150")


def drawn(page: Any) -> None:
    """Wait for the next two pictures: what a script draws in a frame of its own is there then."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    )


@pytest.fixture
def shoot() -> Callable[..., Path]:
    """`shoot(page, "orders-dark")`: a picture in the git-ignored folder shots/."""

    def take(page: Any, name: str, **also: Any) -> Path:
        SHOTS.mkdir(exist_ok=True)
        target = SHOTS / f"{name}.png"
        page.screenshot(path=str(target), **also)
        return target

    return take
