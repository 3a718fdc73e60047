"""Order settings of many items changed together, and taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.core.facts import Refused
from p2p.core.models import Journal
from strategies.models import Item, ItemPolicy, SettingsChange, Unit
from strategies.services.settings import PolicyInput, change_policy, set_policy
from strategies.services.settings_bulk import change_settings, preview_settings, undo_settings
from strategies.services.vendors import delete_vendor
from tests.factories import make_item, make_location, make_site, make_user, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer():
    return make_user("engineer")


def numbers(change):
    return [number for number, _why in change]


def test_every_field_of_the_settings_is_changed_and_taken_back(engineer):
    site, acme = make_site("ONE"), make_vendor("ACME")
    bike = make_item("BIKE")
    set_policy(item=bike, policy=PolicyInput(supply="make", fixed_quantity=5), site=site, by=engineer)
    before = ItemPolicy.objects.filter(pk=bike.policies.get().pk).values().get()
    wanted = {
        "supply": "buy", "mode": "process", "strategy": "mto", "lot_policy": "fixed", "fixed_quantity": Decimal(12),
        "minimum_quantity": Decimal(3), "maximum_quantity": Decimal(40), "multiple_quantity": Decimal("0.5"),
        "period_days": 7, "lead_time_days": 9, "safety_stock": Decimal(2), "reorder_point": Decimal(4),
        "yield_fraction": Decimal("0.95"), "vendor": acme, "location": make_location(site, code="BIN"),
        "reserve_at": "release", "stopped": True,
    }  # fmt: skip
    assert set(wanted) == set(PolicyInput.__dataclass_fields__)
    seen = preview_settings(items=Item.objects.all(), wanted=wanted, site=site)
    assert [set(line.columns) for line in seen.changing] == [set(wanted)]
    assert ItemPolicy.objects.values().get() == before
    change = change_settings(items=Item.objects.all(), wanted=wanted, site=site, by=engineer)
    row = ItemPolicy.objects.get()
    assert {name: getattr(row, name) for name in wanted} == wanted
    undo_settings(change=change, by=engineer)
    assert ItemPolicy.objects.values().get() == before
    assert Journal.objects.filter(fact="strategies.ItemsSaved").count() == 3


def test_items_without_settings_get_them_like_those_in_force_only_when_asked(engineer):
    site = make_site("ONE")
    known, unknown = make_item("KNOWN", supply="make"), make_item("UNKNOWN", supply="")
    known.policies.update(safety_stock=7)
    wanted, rows = {"lead_time_days": 4}, Item.objects.all()
    with pytest.raises(Refused, match="None of these items has order settings there"):
        change_settings(items=rows, wanted=wanted, site=site, by=engineer)
    change = change_settings(items=rows, wanted=wanted, site=site, adding=True, by=engineer)
    made = ItemPolicy.objects.get(site=site)
    assert (made.item, made.supply, made.safety_stock, made.lead_time_days) == (known, "make", 7, 4)
    also = {"supply": "buy", "lead_time_days": 4}
    change_settings(items=Item.objects.filter(pk=unknown.pk), wanted=also, adding=True, by=engineer)
    assert unknown.policies.get().supply == "buy"
    undo_settings(change=change, by=engineer)
    assert not ItemPolicy.objects.filter(site=site).exists()


def test_items_that_would_contradict_themselves_are_named_and_left_alone(engineer):
    low, high, odd = (make_item(number, supply="make") for number in ("A-LOW", "B-HIGH", "C-ODD"))
    high.policies.update(minimum_quantity=50)
    ItemPolicy.objects.create(item=odd, rank=3, variant={"colour": "red"}, supply="make")
    wanted, rows = {"maximum_quantity": Decimal(20)}, Item.objects.all()
    seen = preview_settings(items=rows, wanted=wanted)
    assert [(item.number, why) for item, why in seen.refused] == [
        ("B-HIGH", "The maximum is below the minimum.")
    ]
    change = change_settings(items=rows, wanted=wanted, by=engineer)
    assert change.left == [["B-HIGH", "The maximum is below the minimum."]]
    assert low.policies.get().maximum_quantity == 20
    assert high.policies.get().maximum_quantity is None
    assert odd.policies.get(rank=3).maximum_quantity is None
    with pytest.raises(Refused, match="B-HIGH: The maximum is below the minimum"):
        change_settings(items=Item.objects.filter(pk=high.pk), wanted=wanted, by=engineer)
    with pytest.raises(Refused, match="are so already"):
        change_settings(items=Item.objects.filter(pk=low.pk), wanted=wanted, by=engineer)
    with pytest.raises(Refused, match="Say what is to change"):
        change_settings(items=rows, wanted={}, by=engineer)
    with pytest.raises(Refused, match="Order settings have no colour"):
        change_settings(items=rows, wanted={"colour": "red"}, by=engineer)
    with pytest.raises(Refused, match="The yield is above 0"):
        change_settings(items=rows, wanted={"yield_fraction": Decimal(0)}, by=engineer)


def test_what_was_changed_since_keeps_what_it_has(engineer):
    first, second, third = (make_item(number, supply="buy") for number in ("A", "B", "C"))
    wanted = {"maximum_quantity": None, "lead_time_days": 5}
    ItemPolicy.objects.update(maximum_quantity=10)
    change = change_settings(items=Item.objects.all(), wanted=wanted, by=engineer)
    change_policy(item_policy=first.policies.get(), lead_time_days=6, by=engineer)
    change_policy(item_policy=second.policies.get(), minimum_quantity=Decimal(30), by=engineer)
    done = undo_settings(change=change, by=engineer)
    assert done.kept == [
        ["A", "Changed since: it keeps what it has."],
        ["B", "The maximum is below the minimum."],
    ]
    rows = ItemPolicy.objects.order_by("item__number").values_list("lead_time_days", "maximum_quantity")
    assert list(rows) == [(6, None), (5, None), (0, 10)]
    assert third.policies.get().lead_time_days == 0
    with pytest.raises(Refused, match="was taken back before"):
        undo_settings(change=change, by=engineer)


def test_rows_do_not_name_again_what_was_deleted_since(engineer):
    site, old, new = make_site("ONE"), make_vendor("OLD"), make_vendor("NEW")
    named, plain = (make_item(number, supply="buy") for number in ("NAMED", "PLAIN"))
    bin_ = make_location(site, code="BIN")
    named.policies.update(vendor=old, location=bin_)
    wanted = {"vendor": new, "location": None}
    change = change_settings(items=Item.objects.all(), wanted=wanted, by=engineer)
    delete_vendor(vendor=old, by=engineer)
    done = undo_settings(change=change, by=engineer)
    assert done.kept == [["NAMED", "What it named before is deleted: it keeps what it has."]]
    assert (named.policies.get().vendor, plain.policies.get().vendor) == (new, None)


def test_nothing_is_taken_back_when_all_was_changed_since(engineer):
    item = make_item("A", supply="buy")
    change = change_settings(items=Item.objects.all(), wanted={"lead_time_days": 5}, by=engineer)
    item.policies.all().delete()
    with pytest.raises(Refused, match="All of these settings were changed since"):
        undo_settings(change=change, by=engineer)
    assert SettingsChange.objects.get().undone_at is None


@pytest.mark.parametrize("count", [10, 5000])
def test_five_thousand_items_take_the_statements_of_ten(engineer, django_assert_num_queries, count):
    unit = Unit.objects.create(code="PC", name="Piece")
    rows = Item.objects.bulk_create(
        Item(number=f"N{place:05}", name="Part", unit=unit) for place in range(count)
    )
    half = rows[: count // 2]
    ItemPolicy.objects.bulk_create(
        ItemPolicy(item=row, supply="buy", lead_time_days=place % 9) for place, row in enumerate(half)
    )
    wanted = {"supply": "make", "lead_time_days": 20, "yield_fraction": Decimal("0.9")}
    chosen = Item.objects.all()
    with django_assert_num_queries(4):
        seen = preview_settings(items=chosen, wanted=wanted, adding=True)
    assert (len(seen.changing), len(seen.new)) == (count // 2, count // 2)
    with django_assert_num_queries(_batches(count, 13)):
        change = change_settings(items=chosen, wanted=wanted, adding=True, by=engineer)
    assert ItemPolicy.objects.filter(lead_time_days=20, supply="make").count() == count
    with django_assert_num_queries(10):
        undo_settings(change=change, by=engineer)
    kept = ItemPolicy.objects.order_by("item__number").values_list("lead_time_days", flat=True)
    assert list(kept) == [place % 9 for place in range(count // 2)]


def _batches(count, fixed):
    """Rows are made two thousand at a time."""
    return fixed + (count // 2 - 1) // 2000
