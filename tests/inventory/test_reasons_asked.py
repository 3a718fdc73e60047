"""A form that needs a reason says where to make one while there is none."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_reason, make_site, make_user

pytestmark = pytest.mark.django_db
LACKS = "There is no reason of the kind {kind} yet: make one under Strategies › Reason codes."


@pytest.mark.parametrize(
    ("act", "kind", "label"),
    [("return", "return", "Return"), ("scrap", "scrap", "Scrap"), ("less", "adjustment", "Adjustment")],
)
def test_a_booking_without_any_reason_to_choose_says_where_to_make_one(client, act, kind, label):
    make_site("MAIN")
    client.force_login(make_user("supervisor"))
    page = reverse("inventory:book", args=[act])
    assert LACKS.format(kind=label) in client.get(page).content.decode()
    make_reason(kind=kind)
    assert "There is no reason" not in client.get(page).content.decode()


def test_a_booking_that_needs_no_reason_says_nothing_of_it(client):
    make_site("MAIN")
    client.force_login(make_user("supervisor"))
    assert (
        "There is no reason" not in client.get(reverse("inventory:book", args=["receipt"])).content.decode()
    )
