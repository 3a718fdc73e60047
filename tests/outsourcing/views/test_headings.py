"""Headings step down one level at a time, also where there is nothing to show: screen readers jump along them."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.test import Client

from tests.factories import make_item, make_order, make_site, make_user

pytestmark = pytest.mark.django_db

PAGES = ("/outsourcing/", "/outsourcing/?queue=to_send", "/outsourcing/at-vendors/")


@pytest.mark.parametrize("page", PAGES)
def test_no_level_is_left_out(page):
    client = Client()
    client.force_login(make_user("buyer"))
    shown = client.get(page).content.decode()
    levels = [int(each) for each in re.findall(r"<h([1-6])\b", shown)]
    assert levels[0] == 1
    assert levels[1] == 2
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def test_the_outside_tab_of_an_order_begins_below_the_pages_heading():
    client = Client()
    client.force_login(make_user("buyer"))
    order = make_order(make_item(), site=make_site(), operations=())
    panel = client.get(f"/outsourcing/panels/order/{order.pk}").content.decode()
    assert re.findall(r"<h([1-6])\b", panel) == ["2"]
