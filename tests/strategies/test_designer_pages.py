"""The pages of the BOM designer, comparison, where-used and mass replacement, asked as a browser asks."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from p2p.core import clock
from strategies.models import BomAlternate, BomLine, PlanningCost, ReplaceRun, RouteOperation
from tests.factories import make_bom, make_group, make_item, make_policy, make_route, make_site, make_user

pytestmark = pytest.mark.django_db
TODAY = clock.now().date()


@pytest.fixture(autouse=True)
def _on_the_spot(settings):
    settings.RUNS = "inline"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


@pytest.fixture
def draft():
    """A bicycle of two wheels and a bell; a wheel of 32 spokes; what they cost and how long they take."""
    site = make_site("ONE")
    bike, wheel, bell, spoke = (
        make_item(number, name=number.title()) for number in ("BIKE", "WHEEL", "BELL", "SPOKE")
    )
    for item, cost, days in ((bike, 100, 1), (wheel, 40, 2), (bell, 5, 4), (spoke, 1, 9)):
        PlanningCost.objects.create(item=item, site=site, valid_from=TODAY, unit_cost=cost)
        make_policy(item, lead_time_days=days)
    make_bom(wheel, {spoke: 32})
    make_route(bike, [{"group": make_group(site, "60"), "name": "Assemble"}])
    return make_bom(bike, {wheel: 2, bell: 1}, state="draft")


def page(client, address):
    answer = client.get(f"/strategies/{address}")
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def send(client, bom, **change):
    change.setdefault("revision", bom.revision)
    return client.post(f"/strategies/designer/{bom.pk}/", change, content_type="application/json")


def test_costs_add_up_to_the_parent_and_the_longest_chain_is_marked(engineer, draft):
    shown = page(engineer, f"boms/{draft.pk}/")
    for words in ("Materials", "85.00", "Work and the rest", "15.00", "Standard cost of one", "100.00"):
        assert words in shown
    assert "12 days when nothing is in stock" in shown
    assert "At no operation" in shown
    assert "10 · Assemble" in shown
    assert shown.count("On the longest chain") == 1


def test_a_bill_offers_no_place_at_an_alternate_of_an_operation(engineer, draft):
    own = RouteOperation.objects.get(route__item=draft.item)
    RouteOperation.objects.create(
        route=own.route, number=20, name="By hand", group=own.group, alternate_of=own
    )
    shown = page(engineer, f"boms/{draft.pk}/")
    assert "10 · Assemble" in shown
    assert "By hand" not in shown


def test_a_level_opens_with_its_own_costs_and_adds_up_too(engineer, draft):
    shown = page(engineer, f"boms/{draft.pk}/")
    wheel = draft.lines.get(component__number="WHEEL").component
    assert f"/strategies/designer-levels/{wheel.pk}/?" in shown
    level = page(engineer, f"designer-levels/{wheel.pk}/?level=2&factor=2&site=ONE&critical=1")
    for words in ("SPOKE", "64", "64.00", "Work and the rest", "16.00"):
        assert words in level


def test_opened_levels_are_of_the_versions_that_the_sums_of_the_whole_bill_are_of(engineer):
    top, part, steel, plastic = (make_item(number) for number in ("TOP", "PART", "STEEL", "PLASTIC"))
    bom = make_bom(top, {part: 60})
    make_bom(part, {steel: 1})
    make_bom(part, {plastic: 1}, version=2, from_quantity=50)
    for whole in (f"boms/{bom.pk}/", "items/TOP/?tab=bom"):
        shown = page(engineer, whole)
        [below] = set(re.findall(r'"/strategies/((?:designer-levels|bom-branches)/[^"]+)"', shown))
        opened = page(engineer, below.replace("&amp;", "&"))
        assert "PLASTIC" in opened and "STEEL" not in opened


def test_a_phantom_that_was_never_costed_counts_with_what_its_own_bill_takes(engineer, draft):
    kit, bag, spoke = make_item("KIT"), make_item("BAG"), draft.item.__class__.objects.get(number="SPOKE")
    make_bom(bag, {spoke: 3})
    inside = make_bom(kit, {spoke: 4, bag: 2})
    inside.lines.filter(component=bag).update(kind="phantom")
    draft.lines.create(component=kit, kind="phantom", unit=kit.unit, quantity=5, position=90)
    shown = page(engineer, f"boms/{draft.pk}/")
    for words in ("50.00", "135.00", "have no cost"):  # 5 x (4 + 2 x 3) spokes; materials with the kit
        assert (words in shown) == (words != "have no cost"), words
    inside.lines.create(component=make_item("FELT"), unit=kit.unit, quantity=1, position=90)
    partly = page(engineer, f"boms/{draft.pk}/")
    for words in ("≥ 50.00", "≥ 135.00", "What is marked ≥ is incomplete, not costed in it: FELT."):
        assert words in partly
    assert "have no cost" not in partly and "Work and the rest" not in partly and "≥ 100.00" not in partly
    PlanningCost.objects.filter(item=draft.item).update(missing=["FELT"])
    PlanningCost.objects.filter(item=spoke).update(missing=["WIRE"])
    rolled = page(engineer, f"boms/{draft.pk}/")
    assert "≥ 100.00" in rolled and "not costed in it: WIRE, FELT." in rolled
    PlanningCost.objects.update(missing=[])
    inside.lines.exclude(component__number="FELT").delete()
    without = page(engineer, f"boms/{draft.pk}/")
    assert "1 line has no cost" in without and "≥ 85.00" in without


def test_a_phantom_never_costed_counts_by_the_version_for_as_many_as_the_batch_takes(engineer, draft):
    kit, spoke = make_item("KIT"), draft.item.__class__.objects.get(number="SPOKE")
    make_bom(kit, {spoke: 4})
    make_bom(kit, {spoke: {"quantity": 10, "consumption": "constant"}}, version=2, from_quantity=5)
    draft.lines.create(component=kit, kind="phantom", unit=kit.unit, quantity=5, position=90)
    shown = page(engineer, f"boms/{draft.pk}/")
    assert "95.00" in shown  # ten spokes once for the five kits of the batch, not five times four
    [level] = re.findall(rf'"/strategies/(designer-levels/{kit.pk}/[^"]+)"', shown)
    opened = page(engineer, level.replace("&amp;", "&"))
    assert "10.00" in opened and "50.00" not in opened


def test_who_may_not_see_money_sees_none(client, draft):
    client.force_login(make_user("operator"))
    shown = page(client, f"boms/{draft.pk}/")
    assert "Materials" not in shown
    assert "data-editable" not in shown


def test_a_cell_is_saved_and_its_row_and_the_sums_come_back(engineer, draft):
    line = draft.lines.get(component__number="WHEEL")
    answer = send(engineer, draft, do="change", line=line.pk, field="quantity", value="3")
    assert answer.status_code == 200
    assert 'data-v="3"' in answer.json()["row"]
    assert "125.00" in answer.json()["figures"]
    assert (answer.json()["revision"], draft.lines.get(pk=line.pk).quantity) == (2, 3)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("quantity", "three", "“three” is no number."),
        ("quantity", "0", "more than 0"),
        ("unit", "FURLONG", "There is no unit “FURLONG”."),
        ("scrap_fraction", "100", "scrap"),
        ("operation_number", "1.5", "whole number"),
        ("valid_from", "soon", "is no day"),
        ("component", "NOTHING", "There is no item “NOTHING”."),
        ("component", "BIKE", "BIKE → BIKE"),
        ("kind", "magic", "not among the choices"),
        ("price", "1", "There is no column price."),
    ],
)
def test_a_wrong_entry_gets_a_sentence_and_nothing_is_saved(engineer, draft, field, typed, words):
    line = draft.lines.get(component__number="WHEEL")
    was = BomLine.objects.filter(pk=line.pk).values().get()
    answer = send(engineer, draft, do="change", line=line.pk, field=field, value=typed)
    assert answer.status_code in (409, 422)
    assert words.casefold() in answer.json()["text"].casefold()
    assert BomLine.objects.filter(pk=line.pk).values().get() == was


def test_the_second_of_two_editors_is_told(engineer, draft):
    line = draft.lines.get(component__number="WHEEL")
    other = Client()
    other.force_login(make_user("engineer", username="paula"))
    assert send(other, draft, do="change", line=line.pk, field="quantity", value="4").status_code == 200
    answer = send(engineer, draft, do="change", line=line.pk, field="quantity", value="5")
    assert (answer.status_code, answer.json()["stale"]) == (409, True)
    assert draft.lines.get(pk=line.pk).quantity == 4
    assert "paula changed this draft" in engineer.get(f"/strategies/designer/{draft.pk}/").json()["text"]


def test_lines_are_added_moved_pasted_removed_and_taken_back(engineer, draft):
    def go(**change):
        answer = send(engineer, draft, **change)
        assert answer.status_code == 200, answer.json()
        draft.refresh_from_db()
        return answer.json()

    def order():
        return list(draft.lines.order_by("position").values_list("component__number", flat=True))

    make_item("PUMP", name="Air pump")
    make_item("RIM")
    wheel = draft.lines.get(component__number="WHEEL")
    go(do="add", component="air pump", quantity="1", after=wheel.pk)
    assert order() == ["WHEEL", "PUMP", "BELL"]
    said = go(do="paste", text="Qty\tItem\n2,5\tRIM\n1\tSPOKE\n")
    assert said["said"] == "2 lines added."
    assert draft.lines.get(component__number="RIM").quantity == Decimal("2.5")
    go(do="move", line=wheel.pk, after=None, operation=10)
    assert draft.lines.get(pk=wheel.pk).operation_number == 10
    go(do="remove", line=wheel.pk)
    assert "WHEEL" not in order()
    for _ in range(4):
        go(do="undo")
    assert order() == ["WHEEL", "BELL"]
    assert draft.lines.get(pk=wheel.pk).operation_number is None


def test_a_wrong_pasted_row_is_named_and_none_is_kept(engineer, draft):
    answer = send(engineer, draft, do="paste", text="SPOKE\t1\nNOSUCH\t2\n")
    assert (answer.status_code, answer.json()["text"]) == (422, "Row 2: There is no item “NOSUCH”.")
    assert draft.lines.count() == 2


def test_every_wrong_pasted_row_is_named_up_to_five(engineer, draft):
    answer = send(engineer, draft, do="paste", text="NOSUCH\t2\nSPOKE\t1\nSPOKE\tmany\n")
    assert answer.json()["text"] == "Row 1: There is no item “NOSUCH”. Row 3: “many” is no number."
    answer = send(engineer, draft, do="paste", text="NOSUCH\n" * 40)
    assert answer.json()["text"].count("Row ") == 5
    assert answer.json()["text"].endswith("There may be more.")
    assert draft.lines.count() == 2


def test_components_are_found_by_number_first_then_by_name(engineer, draft):
    make_item("ZZ", name="Spare wheel")
    found = engineer.get("/core/find/strategies.item/?q=wheel").json()["items"]
    assert [item["number"] for item in found] == ["WHEEL", "ZZ"]


def test_two_thousand_lines_take_as_many_queries_as_ten(engineer):
    parts = [make_item() for _ in range(10)]
    small, large = (
        make_bom(make_item(), dict.fromkeys(parts, 1), state="draft"),
        make_bom(make_item(), {}, state="draft"),
    )
    BomLine.objects.bulk_create(
        BomLine(bom=large, position=place, component=parts[place % 10], unit=parts[0].unit, quantity=1)
        for place in range(1, 2001)
    )
    page(engineer, f"boms/{small.pk}/")
    counts = []
    for bom in (small, large):
        with CaptureQueriesContext(connection) as seen:
            shown = page(engineer, f"boms/{bom.pk}/")
        counts.append(len(seen))
    assert counts[0] == counts[1] < 40
    assert shown.count("data-line=") == 200
    assert "start=200" in shown
    assert page(engineer, f"designer/{large.pk}/lines/?start=1800").count("data-line=") == 200


@pytest.fixture
def nest():
    """Each of 26 items takes every item behind it: 325 lines, 33,554,431 paths."""
    letters = string.ascii_uppercase
    items = [make_item(letter) for letter in letters]
    boms = [make_bom(item, dict.fromkeys(items[place + 1 :], 1)) for place, item in enumerate(items[:-1])]
    return items, boms


def test_the_nested_bill_opens_explodes_compares_and_reports_where_used_at_once(engineer, nest):
    items, boms = nest
    addresses = {
        f"boms/{boms[0].pk}/": "Z",
        f"designer-levels/{items[1].pk}/?level=2&factor=1": "Z",
        f"boms/{boms[0].pk}/?tab=sums": "16,777,216",
        f"bom-compare/?left={boms[0].pk}&right={boms[1].pk}&levels=1": "8,388,608",
        "where-used/?item=Z": "16,777,216",
        "where-used/?item=Z&tops=1": "16,777,216",
    }
    for address, words in addresses.items():
        page(engineer, address)
        with CaptureQueriesContext(connection) as seen:
            shown = page(engineer, address)
        assert words in shown, address
        assert len(seen) < 40, address
    tree = engineer.get(f"/strategies/boms/{boms[0].pk}/tree.csv")
    assert (tree.status_code, b"more than 20000 rows" in tree.content) == (409, True)


def test_two_versions_are_compared_on_the_page_and_as_a_file(engineer, draft):
    wheel, bell = (draft.lines.get(component__number=number).component for number in ("WHEEL", "BELL"))
    second = make_bom(draft.item, {wheel: 3, make_item("LAMP", name="Lamp"): 1}, state="draft", version=2)
    BomAlternate.objects.create(line=second.lines.get(component=wheel), component=bell)
    shown = page(engineer, f"bom-compare/?left={draft.pk}&right=BIKE v2")
    for words in (
        "Added",
        "Removed",
        "Changed",
        "LAMP Lamp",
        "BELL Bell",
        "<del>2</del> <ins>3</ins>",
        "WHEEL → BELL",
    ):
        assert words in shown
    file = engineer.get(f"/strategies/bom-compare/?left={draft.pk}&right={second.pk}&export=csv")
    text = b"".join(file.streaming_content).decode()
    assert "Lines,Changed,WHEEL Wheel,2 EA,3 EA,Quantity: 2 → 3" in text
    assert "No difference" in page(engineer, f"bom-compare/?left={draft.pk}&right={draft.pk}")
    assert "There is no bill “NOPE”." in page(engineer, "bom-compare/?left=NOPE&right=BIKE")


def test_where_used_shows_tops_lines_days_and_alternates(engineer, draft):
    draft.__class__.objects.filter(pk=draft.pk).update(state="active")
    lamp = make_item("LAMP")
    make_bom(
        lamp,
        {
            draft.lines.get(component__number="BELL").component: {
                "quantity": 1,
                "valid_from": TODAY + timedelta(days=9),
            }
        },
    )
    shown = page(engineer, "where-used/?item=spoke")
    assert ("Wheel" in shown, "Bike" in shown, "64" in shown) == (True, True, True)
    tops = page(engineer, "where-used/?item=SPOKE&tops=1")
    assert ("Bike" in tops, ">Wheel<" in tops) == (True, False)
    assert "LAMP" not in page(engineer, "where-used/?item=BELL")
    later = (TODAY + timedelta(days=9)).isoformat()
    assert "LAMP" in page(engineer, f"where-used/?item=BELL&day={later}")
    assert "LAMP" in page(engineer, f"where-used/?item=BELL&how=direct&day={later}")
    BomAlternate.objects.create(line=draft.lines.get(component__number="BELL"), component=lamp, ratio=2)
    assert "May stand in for" in page(engineer, "where-used/?item=LAMP")
    file = engineer.get("/strategies/where-used/?item=SPOKE&export=csv")
    assert b"BIKE" in b"".join(file.streaming_content)
    book = engineer.get("/strategies/where-used/?item=SPOKE&export=xlsx")
    assert b"".join(book.streaming_content)[:2] == b"PK"


def test_the_tree_and_the_sums_come_as_files(engineer, draft):
    tree = b"".join(engineer.get(f"/strategies/boms/{draft.pk}/tree.csv").streaming_content).decode()
    assert [line.split(",")[0] for line in tree.splitlines()[1:]] == ["1", "2", "1"]
    assert ",SPOKE,Spoke,32,EA" in tree
    assert tree.splitlines()[2].endswith(",64,EA")
    sums = b"".join(engineer.get(f"/strategies/boms/{draft.pk}/sums.csv").streaming_content).decode()
    assert "SPOKE,Spoke,2,no,64,EA" in sums


def test_a_replacement_is_previewed_started_once_and_read(
    engineer, draft, django_capture_on_commit_callbacks
):
    make_item("GONG")
    other = make_bom(make_item("TRIKE"), {draft.lines.get(component__number="BELL").component: 1})
    make_bom(make_item("NOT"), {draft.lines.get(component__number="BELL").component: 1})
    keep_out = make_bom(make_item("BOTH"), {draft.lines.get(component__number="BELL").component: 1})
    BomLine.objects.create(
        bom=keep_out, position=99, component_id=make_item("X").pk, unit=draft.item.unit, quantity=1
    )
    shown = page(engineer, "new-replacement/?old=BELL&new=GONG&ratio=2")
    assert ("4 bills change" in shown, "TRIKE" in shown, "Swapped" in shown) == (True, True, True)
    kept = [draft.pk, other.pk, keep_out.pk]
    not_this = BomLine.objects.get(bom__item__number="NOT").bom_id
    form = {
        "old": "BELL",
        "new": "GONG",
        "ratio": "2",
        "shown": [*kept, not_this],
        "keep": kept,
        "key": "once",
    }
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = engineer.post("/strategies/new-replacement/", form)
        assert answer.status_code == 303
    run = ReplaceRun.objects.get()
    assert answer["Location"] == f"/strategies/replacements/{run.pk}/"
    assert run.summary == {"bills": 3, "swaps": 3}
    assert BomLine.objects.get(bom=not_this).component.number == "BELL"
    assert "TRIKE" in page(engineer, f"replacements/{run.pk}/")
    assert "GONG" in page(engineer, "replacements/")
    with django_capture_on_commit_callbacks(execute=True):
        assert engineer.post(f"/strategies/replacements/{run.pk}/undo/").status_code == 303
    assert draft.lines.filter(component__number="BELL").exists()
    back = ReplaceRun.objects.exclude(pk=run.pk).get()
    old, new = page(engineer, f"replacements/{run.pk}/"), page(engineer, f"replacements/{back.pk}/")
    for shown, words, other in (
        (old, "Taken back by", back),
        (new, "Takes back", run),
        (page(engineer, "replacements/"), f"by No. {back.pk}", back),
        (page(engineer, "replacements/"), f"takes back No. {run.pk}", run),
    ):
        assert words in shown and f'href="/strategies/replacements/{other.pk}/"' in shown, words
    assert f"replacements/{run.pk}/undo/" not in old


def test_the_preview_of_a_replacement_goes_by_number(engineer, draft):
    bell = draft.lines.get(component__number="BELL").component
    make_item("GONG")
    for number in ("ZEBRA", "ALPHA", "MIDDLE"):
        make_bom(make_item(number), {bell: 1})
    shown = page(engineer, "new-replacement/?old=BELL&new=GONG&ratio=1")
    places = [shown.index(f">{number}</td>") for number in ("ALPHA", "BIKE", "MIDDLE", "ZEBRA")]
    assert places == sorted(places)


def test_a_replacement_that_makes_no_sense_is_refused_under_its_field(engineer, draft):
    same = engineer.get("/strategies/new-replacement/?old=BELL&new=BELL&ratio=1")
    assert (same.status_code, b"cannot stand for itself" in same.content) == (409, True)
    none = engineer.post("/strategies/new-replacement/", {"old": "BELL", "new": "NOSUCH", "ratio": "1"})
    assert (none.status_code, b"There is no item NOSUCH" in none.content) == (422, True)
