"""Fields typed by number: each says where its records are looked up, and checks what was typed."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from p2p.core.web import lookup
from planning.forms import OrderForm
from tests.architecture.edges import forms
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db


def test_the_page_says_where_and_the_server_checks():
    client = Client()
    client.force_login(make_user("planner"))
    assert 'data-find="/core/find/strategies.item/"' in client.get("/planning/orders/new/").content.decode()
    field = OrderForm.base_fields["item"]
    with pytest.raises(ValidationError, match="There is no item NOSUCH"):
        field.clean("NOSUCH")
    assert field.clean(make_item("real").number.upper()).number == "real"


def test_every_kind_of_record_a_form_asks_for_can_be_looked_up():
    fields = {
        f"{view.__name__}.{name}": field
        for view in forms().values()
        for name, field in getattr(getattr(view, "form_class", None), "base_fields", {}).items()
        if isinstance(field, lookup.Looked)
    }
    assert len(fields) > 12
    assert not [name for name, field in fields.items() if not field.look_up()]
