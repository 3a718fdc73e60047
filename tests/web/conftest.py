"""A small site of generic pages and people to fill it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from p2p.core import places
from p2p.core.models import User
from tests.web import pages


@pytest.fixture(autouse=True)
def site(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages of this folder, registered in places of their own so that other tests do not see them."""
    settings.ROOT_URLCONF = "tests.web.pages"  # type: ignore[attr-defined]
    for name in ("_navs", "_panels", "_verbs"):
        known = getattr(places, name)
        monkeypatch.setattr(places, name, type(known)(known.default_factory) if name != "_navs" else {})
    monkeypatch.setattr(places, "_search", [])
    pages.register()
    yield


@pytest.fixture
def maya(db: None) -> User:
    return User.objects.create_user("maya", password="see-you", first_name="Maya", last_name="Keil")


@pytest.fixture
def signed_in(client: Client, maya: User) -> Client:
    client.force_login(maya)
    return client
