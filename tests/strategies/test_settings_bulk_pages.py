"""Order settings of many items in the browser and over REST: what would change, the change, the way back."""

from __future__ import annotations

import pytest
from django.test import Client

from strategies.models import ItemGroup, ItemPolicy, SettingsChange
from tests.factories import make_item, make_location, make_site, make_user, make_vendor

pytestmark = pytest.mark.django_db
REST = "/api/v1/strategies/settings-changes/"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


def keys(*items) -> str:
    return ",".join(str(one.pk) for one in items)


def test_each_item_is_shown_before_it_changes_and_the_change_is_taken_back_on_its_page(engineer):
    plain, tight = make_item("PLAIN", supply="buy"), make_item("TIGHT", supply="buy")
    acme = make_vendor("ACME")
    plain.policies.update(maximum_quantity=90, vendor=acme)
    tight.policies.update(minimum_quantity=50, maximum_quantity=80)
    address = f"/strategies/change-settings/?ids={keys(plain, tight)}"
    said = {"maximum_quantity": "20", "lead_time_days": "6", "vendor": "-"}
    seen = engineer.post(address, said)
    words = seen.content.decode()
    assert seen.status_code == 409
    assert "Of 2 items: 1 change, 1 left alone." in words
    assert "Maximum: 90 → 20" in words
    assert "Vendor: ACME → –" in words
    assert "The maximum is below the minimum." in words
    assert not ItemPolicy.objects.filter(lead_time_days=6).exists()
    done = engineer.post(address, said | {"agreed": "on"})
    change = SettingsChange.objects.get()
    assert (done.status_code, done.headers["Location"]) == (303, f"/strategies/settings-changes/{change.pk}/")
    row = plain.policies.get()
    assert (row.maximum_quantity, row.lead_time_days, row.vendor) == (20, 6, None)
    shown = engineer.get(change.get_absolute_url()).content.decode()
    assert "Vendor: ACME → –" in shown
    assert "TIGHT" in engineer.get(f"{change.get_absolute_url()}?tab=left").content.decode()
    assert (
        "Maximum, Lead time, days, Vendor" in engineer.get("/strategies/settings-changes/").content.decode()
    )
    act = f"/core/do/settingschange.actions/undo/{change.pk}/"
    assert engineer.post(act).status_code == 303
    row.refresh_from_db()
    assert (row.maximum_quantity, row.lead_time_days, row.vendor) == (90, 0, acme)


def test_the_site_where_all_have_their_settings_is_proposed(engineer):
    site, item, other = make_site("ONE"), make_item("PLAIN", supply="buy"), make_item("OTHER", supply="buy")
    ItemPolicy.objects.filter(item=item).update(site=site)
    chosen = f'<option value="{site.pk}" selected>'
    assert chosen in engineer.get(f"/strategies/change-settings/?ids={keys(item)}").content.decode()
    assert (
        chosen not in engineer.get(f"/strategies/change-settings/?ids={keys(item, other)}").content.decode()
    )
    wrong = engineer.post(f"/strategies/change-settings/?ids={keys(item)}", {"stopped": "1", "agreed": "on"})
    assert "choose another site, or let them be made" in wrong.content.decode()


def test_a_dash_takes_a_limit_away_and_a_word_is_no_number(engineer):
    item = make_item("PLAIN", supply="buy")
    item.policies.update(maximum_quantity=90, reserve_at="start")
    address = f"/strategies/change-settings/?ids={item.pk}"
    wrong = engineer.post(address, {"maximum_quantity": "many"})
    assert (wrong.status_code, "Enter a number." in wrong.content.decode()) == (422, True)
    assert (
        engineer.post(address, {"maximum_quantity": "-", "reserve_at": "-", "agreed": "on"}).status_code
        == 303
    )
    row = item.policies.get()
    assert (row.maximum_quantity, row.reserve_at) == (None, "")


def test_an_engineer_of_one_site_changes_settings_of_that_site_only(client):
    site = make_site("ONE")
    item = make_item("PLAIN", supply="buy")
    client.force_login(make_user("engineer", site=site))
    address = f"/strategies/change-settings/?ids={item.pk}"
    no = client.post(address, {"lead_time_days": "6", "agreed": "on"})
    assert no.status_code in (403, 409)
    body = {"site": site.pk, "adding": "on", "lead_time_days": "6", "agreed": "on"}
    assert client.post(address, body).status_code == 303
    assert item.policies.get(site=site).lead_time_days == 6
    assert item.policies.get(site=None).lead_time_days == 0
    everywhere = {"items": ["PLAIN"], "changes": {"lead_time_days": 7}}
    assert client.post(REST, everywhere, content_type="application/json").status_code == 403


def test_over_rest_the_change_is_seen_made_and_taken_back(engineer):
    group = ItemGroup.objects.create(code="G", name="Group")
    site = make_site("ONE")
    place = make_location(site, code="BIN")
    make_location(make_site("TWO"), code="BIN")
    item = make_item("PLAIN", supply="buy", group=group)
    body = {"group": "G", "site": "ONE", "adding": True, "changes": {"safety_stock": "5", "location": "BIN"}}
    seen = engineer.post(f"{REST}preview/", body, content_type="application/json")
    assert seen.json()["lines"] == [{"item": "PLAIN", "new": True, "fields": ["safety_stock", "location"]}]
    assert item.policies.count() == 1
    made = engineer.post(REST, body, content_type="application/json")
    assert (made.status_code, made.json()["new"], made.json()["changed"]) == (201, 1, 0)
    row = item.policies.get(site=site)
    assert (row.safety_stock, row.location) == (5, place)
    undone = engineer.post(f"{REST}{made.json()['id']}/undo/")
    assert undone.status_code == 200
    assert not item.policies.filter(site=site).exists()
    missing = engineer.post(
        REST, {"items": ["PLAIN", "NONE"], "changes": {"stopped": True}}, content_type="application/json"
    )
    assert (missing.status_code, "There is no item NONE." in missing.content.decode()) == (400, True)
    nothing = engineer.post(REST, {"items": ["PLAIN"], "changes": {}}, content_type="application/json")
    assert "Say what is to change." in nothing.content.decode()
