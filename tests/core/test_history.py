"""Old values of master data: whoever changed them, however."""

from __future__ import annotations

import pghistory
import pgtrigger
import pytest
from django.apps import apps
from django.db import connection

from strategies.models import Item
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db


def before(item):
    """(name, user) of the kept rows, oldest first."""
    event = apps.get_model("strategies", "ItemEvent")
    rows = event.objects.filter(pgh_obj_id=item.pk).select_related("pgh_context").order_by("pgh_id")
    return [(row.name, (row.pgh_context.metadata if row.pgh_context else {}).get("user")) for row in rows]


def test_a_bulk_change_and_plain_sql_leave_the_old_row_with_who_did_it():
    item, user = make_item(name="first"), make_user()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE strategies_item SET name = 'second' WHERE id = %s", [item.pk])
    with pghistory.context(user=user.pk):
        Item.objects.filter(pk=item.pk).update(name="third")
    assert before(item) == [("first", None), ("second", user.pk)]


def test_a_change_that_changes_nothing_leaves_nothing():
    item = make_item(name="same")
    Item.objects.filter(pk=item.pk).update(name="same")
    assert before(item) == []


def test_a_deleted_row_is_kept():
    item = make_item(name="gone")
    key = item.pk
    item.delete()
    item.pk = key
    assert before(item) == [("gone", None)]


@pytest.mark.urls("tests.core.shop")
def test_a_request_writes_its_user_beside_every_row_it_changes(client):
    item, user = make_item(name="first"), make_user("engineer")
    client.force_login(user)
    client.patch(f"/api/v1/shop/items/{item.number}/", {"name": "second"}, content_type="application/json")
    assert before(item) == [("first", user.pk)]


def test_keeping_an_old_row_takes_no_savepoint():
    # The functions that came with the libraries do: ours have to stay in their place.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE E'\\\\_pg%' OR proname LIKE 'pgtrigger%'"
        )
        sources = dict(cursor.fetchall())
    assert {"_pgh_attach_context", "_pgtrigger_should_ignore"} < set(sources)
    assert [name for name, source in sources.items() if "EXCEPTION WHEN" in source.upper()] == []


def test_a_trigger_that_is_to_be_ignored_is_and_only_within_that_block():
    item = make_item(name="first")
    with pgtrigger.ignore("strategies.Item:update_update"):
        Item.objects.filter(pk=item.pk).update(name="second")
    assert before(item) == []
    Item.objects.filter(pk=item.pk).update(name="third")
    assert before(item) == [("second", None)]


def test_after_a_context_has_ended_old_rows_are_nobodys_again():
    item, user = make_item(name="first"), make_user()
    with pghistory.context(user=user.pk):
        Item.objects.filter(pk=item.pk).update(name="second")
    with connection.cursor() as cursor:  # what the setting is in a session in which it was local once
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
        cursor.execute("UPDATE strategies_item SET name = 'third' WHERE id = %s", [item.pk])
    assert before(item) == [("first", user.pk), ("second", None)]
