"""The records a form of many was opened for."""

from __future__ import annotations

from django.test import RequestFactory

from p2p.core.web.actions import ActionForm


def test_more_digits_than_a_key_has_tick_nothing() -> None:
    page = ActionForm()
    page.setup(RequestFactory().get("/", {"ids": f"7,{'9' * 5000},x,8"}))
    assert page.ticked == [7, 8]
