from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_bom, make_item, make_user

pytestmark = pytest.mark.django_db


def test_a_step_that_needs_no_form_is_a_button_that_posts_and_does_it(client: Client):
    client.force_login(make_user("engineer"))
    bom = make_bom(make_item("BIKE"), {make_item("WHEEL"): 2}, state="draft")
    page = client.get(f"/strategies/boms/{bom.pk}/").content.decode()
    assert f'<form method="post" action="/core/do/bom.actions/approve/{bom.pk}/"' in page
    client.post(f"/core/do/bom.actions/approve/{bom.pk}/")
    bom.refresh_from_db()
    assert bom.state == "approved"
    page = client.get(f"/strategies/boms/{bom.pk}/").content.decode()
    assert f'href="/strategies/boms/{bom.pk}/activate/"' in page
    assert "bom.actions/submit" not in page
