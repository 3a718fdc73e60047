"""What is missing at a place when it is picked is counted there: once, and not when the pick was taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import PickLine
from execution.services.by_scan import put_line_back
from execution.services.pick import unpick
from p2p.core.models import Journal
from p2p.inventory.models import Count, CountPlace
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.counting import create_count
from tests.factories import make_item, make_stock, make_user
from tests.pages.test_floor_picking import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(client: Client) -> Store:
    return Store(client)


def missing(store: Store, quantity: str = "7") -> PickLine:
    """Of ten only so many are found at A-01."""
    line = store.listed(store.fill())
    store.send(store.url(line, "short"), quantity=quantity, reason="LOST")
    return line


def test_the_place_and_item_are_asked_to_be_counted_with_reason_document_and_who_said_it(
    store: Store,
) -> None:
    line = missing(store)
    (place,) = CountPlace.objects.all()
    count = place.count
    assert (place.location, place.item.number) == (store.a, "STEEL")
    assert (count.kind, count.state, count.blind, count.site) == ("spot", "open", True, store.site)
    assert (count.reference, count.reason.code, count.note) == (
        line.pick_list.number,
        "LOST",
        "3 EA of STEEL missing at A-01",
    )
    assert count.created_by.pk == int(store.client.session["_auth_user_id"])


def test_it_stands_on_the_counts_page_its_own_page_the_tablet_and_over_rest(store: Store) -> None:
    line = missing(store)
    count, reference = Count.objects.get(), line.pick_list.number
    assert "A-01 is counted" in store.page(reverse("pages:floor-pick-list", args=[reference]))
    listed = store.page(reverse("inventory:counts") + "?state=open&asked=true")
    assert count.number in listed
    assert "Not found" in listed
    assert count.number not in store.page(reverse("inventory:counts") + "?asked=false")
    page = store.page(reverse("inventory:count", args=[count.number]))
    assert reference in page
    assert "Not found" in page
    tablet = store.page(reverse("pages:floor-count"))
    assert f"{reference} ·" in tablet
    assert "3 EA of STEEL missing at A-01 · Not found" in tablet
    answer = store.client.get(f"/api/v1/inventory/counts/?reference={reference}&reason=LOST").json()
    assert [(row["number"], row["reason"], row["reference"]) for row in answer["results"]] == [
        (count.number, "LOST", reference)
    ]


def test_a_place_that_is_counted_already_is_not_asked_for_twice(store: Store) -> None:
    line = store.listed(store.fill())
    known = create_count(site=store.site, kind="spot", places=[store.a], by=None)
    store.send(store.url(line, "short"), quantity="7", reason="LOST")
    assert list(Count.objects.all()) == [known]


def test_what_is_missing_again_at_the_same_place_is_one_count(store: Store) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, store.a)
    line = store.listed(item)
    store.send(store.url(line, "short"), quantity="4", reason="LOST")
    rest = PickLine.objects.get(picked_quantity=0)
    assert rest.location is None
    make_stock(item, 1, store.a)
    PickLine.objects.filter(pk=rest.pk).update(location=store.a)
    store.send(store.url(rest, "short"), reason="LOST")
    assert Count.objects.count() == 1


def test_a_line_without_a_place_has_nothing_to_count(store: Store) -> None:
    item = make_item("BOLT")
    make_stock(item, 4, store.a)
    store.listed(item)
    rest = PickLine.objects.get(location=None)
    store.send(store.url(rest, "short"), reason="LOST")
    assert "nowhere in stock" in store.page(reverse("pages:floor-pick-list", args=[rest.pick_list.number]))
    assert not Count.objects.exists()


def test_a_list_of_which_the_rest_lies_nowhere_says_so_and_leads_to_the_next(store: Store) -> None:
    item = make_item("BOLT")
    make_stock(item, 4, store.a)
    line = store.listed(item)
    here = reverse("pages:floor-pick-list", args=[line.pick_list.number])
    assert "All that lies in stock is picked" not in store.page(here)
    store.send(store.url(line, "short"), quantity="3", reason="LOST")
    assert "All that lies in stock is picked. What is missing stays on this list" in store.page(here)
    assert Count.objects.get().note == "1 EA of BOLT missing at A-01"


def test_what_came_after_the_list_was_made_lies_free_and_is_not_said_to_be_missing(store: Store) -> None:
    item = make_item("BOLT")
    line = store.listed(item)
    here = reverse("pages:floor-pick-list", args=[line.pick_list.number])
    assert "Not in stock" in store.page(here)
    make_stock(item, 10, store.b)
    shown = store.page(here)
    assert "Free in stock" in shown
    assert "Not in stock" not in shown
    assert "All that lies in stock is picked" not in shown
    store.send(store.url(line, "do"), quantity="10")
    line.refresh_from_db()
    assert line.picked_quantity == 10


def test_taken_back_before_anybody_counted_the_count_is_cancelled(store: Store) -> None:
    line = missing(store)
    store.send(store.url(line, "undo"))
    count = Count.objects.get()
    assert count.state == "cancelled"
    told = Journal.objects.filter(fact="inventory.CountChanged").order_by("pk").last()
    assert told.payload["step"] == "withdrawn"
    line.refresh_from_db()
    store.send(store.url(line, "short"), quantity="5", reason="LOST")
    assert Count.objects.filter(state="open").count() == 1


def test_what_was_counted_meanwhile_stays_a_count(store: Store) -> None:
    line = missing(store)
    place = CountPlace.objects.get()
    found = Found(item=place.item, quantity=Decimal(0), lot=line.lot)
    enter(entries=[Entry(place=place, found=[found])], by=make_user("operator", site=store.site))
    put_line_back(line=line, by=None)
    assert Count.objects.get().state == "open"


def test_a_whole_list_brought_back_takes_its_counts_back_and_no_others(store: Store) -> None:
    line = missing(store)
    other = create_count(site=store.site, kind="spot", places=[store.b], by=None)
    unpick(pick_list=line.pick_list, by=None)
    assert dict(Count.objects.values_list("state", "number")) == {
        "cancelled": Count.objects.exclude(pk=other.pk).get().number,
        "open": other.number,
    }
