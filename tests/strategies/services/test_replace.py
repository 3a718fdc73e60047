from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core import clock, runs
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.core.runs.performing import perform
from strategies.models import BomAlternate, BomLine, BomStep, BomVersion, ReplaceLine, ReplaceRun
from strategies.services import replace
from tests.factories import make_bom, make_conversion, make_item, make_site, make_unit, make_user

pytestmark = pytest.mark.django_db
TODAY = clock.now().date()
DAY = TODAY + timedelta(days=100)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_the_spot(settings):
    settings.RUNS = "inline"


@pytest.fixture
def press(django_capture_on_commit_callbacks):
    """Call a service and let what it started run to its end."""

    def call(service, **given):
        with django_capture_on_commit_callbacks(execute=True):
            return service(**given, by=make_user())

    return call


@pytest.fixture
def pair():
    return make_item("OLD"), make_item("NEW")


def lines(bom):
    return [
        (line.position, line.component.number, line.quantity, line.valid_from, line.valid_to)
        for line in bom.lines.select_related("component").order_by("position")
    ]


def fates(old, new, **also):
    _asked, found = replace.preview(old=old, new=new, **also)
    numbers = dict(BomVersion.objects.values_list("pk", "item__number"))
    return {numbers[line.bom]: what for line, what in found.lines}


def test_from_a_day_on_the_old_line_ends_the_day_before_and_the_new_one_starts(pair, press):
    old, new = pair
    bom = make_bom(
        make_item("TOP"), {old: {"quantity": 3, "note": "glue", "operation_number": 20}, make_item(): 1}
    )
    run = press(replace.start, old=old, new=new, ratio=Decimal("1.5"), valid_from=DAY)
    assert lines(bom)[:2] == [(10, "OLD", 3, None, BEFORE), (11, "NEW", Decimal("4.5"), DAY, None)]
    follows = bom.lines.get(component=new)
    assert (follows.note, follows.operation_number) == ("glue", 20)
    run.refresh_from_db()
    assert (run.state, run.summary) == ("done", {"bills": 1, "ends": 1})
    assert Journal.objects.filter(fact="strategies.Replaced", record_id=bom.pk).exists()
    bom.refresh_from_db()
    assert bom.revision == 2


def test_without_a_day_the_component_is_swapped_at_once_with_its_steps(pair, press):
    old, new = pair
    bom = make_bom(make_item("TOP"), {old: {"quantity": 3, "formula": "step"}}, state="draft")
    BomStep.objects.create(line=bom.lines.get(), from_quantity=10, quantity=7)
    press(replace.start, old=old, new=new, ratio=Decimal(2))
    assert lines(bom) == [(10, "NEW", 6, None, None)]
    assert bom.lines.get().steps.get().quantity == 14


def test_a_taken_position_sends_the_new_line_behind_the_last(pair, press):
    old, new = pair
    bom = make_bom(make_item("TOP"), {old: 1})
    BomLine.objects.create(bom=bom, position=11, component=make_item("X"), unit=old.unit, quantity=1)
    press(replace.start, old=old, new=new, valid_from=DAY)
    assert [(place, number) for place, number, *_rest in lines(bom)] == [(10, "OLD"), (11, "X"), (21, "NEW")]


def test_a_line_that_starts_on_the_day_or_later_is_swapped(pair, press):
    old, new = pair
    bom = make_bom(make_item("TOP"), {old: {"quantity": 1, "valid_from": DAY}})
    press(replace.start, old=old, new=new, valid_from=DAY)
    assert lines(bom) == [(10, "NEW", 1, DAY, None)]


def test_bills_where_it_makes_no_sense_are_named_and_left_alone(pair, press):
    old, new = pair
    kilo, piece = make_unit("KG"), make_unit("EA")
    make_conversion("KG", "EA", 10, item=old)
    below = make_item("BELOW")
    make_bom(new, {below: 1})
    make_bom(below, {old: 1})
    make_bom(make_item("WEIGHED"), {old: {"quantity": 1, "unit": kilo}})
    make_bom(make_item("BOTH"), {old: 1, new: 1})
    make_bom(make_item("OVER"), {old: {"quantity": 1, "valid_to": BEFORE}})
    make_bom(make_item("TINY"), {old: {"quantity": Decimal("0.000000000001"), "unit": piece}})
    make_bom(make_item("GONE"), {old: 1}, state="retired")
    good = make_bom(make_item("GOOD"), {old: 1})
    ratio = Decimal("0.4")
    assert fates(old, new, valid_from=DAY, ratio=ratio) == {
        "BELOW": "loop",
        "WEIGHED": "conversion",
        "BOTH": "already",
        "OVER": "ended",
        "TINY": "small",
        "GOOD": "ends",
    }
    run = press(replace.start, old=old, new=new, valid_from=DAY, ratio=ratio)
    said = dict(run.lines.values_list("bom__item__number", "problem"))
    assert said["BELOW"] == "An item cannot go into itself: BELOW → NEW → BELOW."
    assert said["WEIGHED"] == "NEW is counted in EA, and nothing says how many EA one KG is."
    assert said["BOTH"] == "NEW is in this bill already."
    assert set(BomLine.objects.filter(component=new, valid_from=DAY).values_list("bom", flat=True)) == {
        good.pk
    }


def test_a_site_and_deselected_bills_narrow_it_down(pair, press):
    old, new = pair
    site = make_site("ONE")
    here, there = make_bom(make_item("HERE"), {old: 1}, site=site), make_bom(make_item("THERE"), {old: 1})
    not_this = make_bom(make_item("NOT"), {old: 1}, site=site)
    press(replace.start, old=old, new=new, site=site, without=[not_this.pk])
    assert [lines(bom)[0][1] for bom in (here, there, not_this)] == ["NEW", "OLD", "OLD"]


@pytest.mark.parametrize("day", [DAY, None])
def test_a_replacement_is_taken_back_as_a_run_of_its_own(pair, day, press):
    old, new = pair
    first, second = (
        make_bom(make_item("ONE"), {old: {"quantity": 3, "formula": "step"}}),
        make_bom(make_item("TWO"), {old: 2}),
    )
    BomStep.objects.create(line=first.lines.get(), from_quantity=0, quantity=3)
    was = lines(first), lines(second)
    run = press(replace.start, old=old, new=new, ratio=Decimal("0.333333"), valid_from=day)
    assert (lines(first), lines(second)) != was
    back = press(replace.undo, run=run)
    back.refresh_from_db()
    assert (lines(first), lines(second)) == was
    assert BomStep.objects.get().quantity == 3
    assert back.summary == {"bills": 2, "back": 2, "changed": 0}
    with pytest.raises(Refused, match="taken back before"):
        press(replace.undo, run=run)
    with pytest.raises(Refused, match="nothing that can be taken back"):
        press(replace.undo, run=back)


def test_a_bill_that_was_changed_since_keeps_what_it_has(pair, press):
    old, new = pair
    same, moved = make_bom(make_item("SAME"), {old: 1}), make_bom(make_item("MOVED"), {old: 1})
    run = press(replace.start, old=old, new=new, valid_from=DAY)
    BomVersion.objects.filter(pk=moved.pk).update(revision=9)
    back = press(replace.undo, run=run)
    assert [len(lines(same)), len(lines(moved))] == [1, 2]
    assert back.lines.get(bom=moved).outcome == ReplaceLine.Outcome.CHANGED


def test_a_bill_changed_while_the_run_looks_keeps_its_new_truth(pair, monkeypatch, press):
    old, new = pair
    bom, other = make_bom(make_item("TOP"), {old: 1}), make_bom(make_item("OTHER"), {old: 1})
    look = replace.plan

    def look_and_be_overtaken(asked):
        found = look(asked)
        BomVersion.objects.filter(pk=bom.pk, revision=1).update(revision=2)
        return found

    monkeypatch.setattr(replace, "plan", look_and_be_overtaken)
    run = press(replace.start, old=old, new=new)
    run.refresh_from_db()
    assert [lines(bom)[0][1], lines(other)[0][1]] == ["OLD", "NEW"]
    assert run.summary == {"bills": 1, "swaps": 1, "changed": 1}
    assert run.lines.get(bom=bom).problem == "Somebody changed the bill while the run looked at it."


def test_a_killed_worker_leaves_nothing_behind_and_the_next_does_it_all(pair, monkeypatch, settings, press):
    old, new = pair
    bom = make_bom(make_item("TOP"), {old: 1})
    settings.RUNS = "celery"
    monkeypatch.setattr("p2p.core.runs.starting.send", lambda *_args, **_also: True)
    monkeypatch.setattr("p2p.core.runs.sweeping.send", lambda *_args, **_also: True)
    run = press(replace.start, old=old, new=new, valid_from=DAY)
    write = replace.replacing.write

    def write_and_die(run, found):
        write(run, found)
        raise SystemExit

    monkeypatch.setattr(replace.replacing, "write", write_and_die)
    with pytest.raises(SystemExit):
        perform("strategies.replacerun", run.pk)
    assert len(lines(bom)) == 1
    monkeypatch.setattr(replace.replacing, "write", write)
    ReplaceRun.objects.update(heartbeat_at=clock.machine_now() - timedelta(hours=1))
    runs.sweep()
    perform("strategies.replacerun", run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt, len(lines(bom))) == ("done", 2, 2)
    perform("strategies.replacerun", run.pk)
    assert len(lines(bom)) == 2


def test_a_second_press_is_told_that_it_is_under_way(pair, settings, monkeypatch, press):
    old, new = pair
    settings.RUNS = "celery"
    monkeypatch.setattr("p2p.core.runs.starting.send", lambda *_args, **_also: True)
    run = press(replace.start, old=old, new=new)
    with pytest.raises(Refused, match=f"is under way already, as run replace-{run.pk}"):
        press(replace.start, old=old, new=new)


def test_what_cannot_be_meant_is_refused(pair, press):
    old, new = pair
    yesterday = TODAY - timedelta(days=1)
    for given, words in (
        ({"new": old}, "cannot stand for itself"),
        ({"new": make_item("DEAD", active=False)}, "DEAD is out of use"),
        ({"new": new, "ratio": Decimal(0)}, "more than 0"),
        ({"new": new, "valid_from": yesterday}, "is past"),
    ):
        with pytest.raises(Refused, match=words):
            replace.start(old=old, by=make_user(), **given)
    assert not ReplaceRun.objects.exists()


def test_a_hundred_bills_take_as_many_queries_as_one(pair, press):
    old, new = pair

    def queries(count):
        for _ in range(count):
            make_bom(make_item(), {old: 1})
        with CaptureQueriesContext(connection) as seen:
            press(replace.start, old=old, new=new, valid_from=DAY)
        return len(seen)

    queries(1)
    assert queries(2) >= queries(100)
    assert BomLine.objects.filter(component=new, valid_from=DAY).count() == 103


def test_what_would_close_a_loop_meanwhile_is_not_taken_back_and_named(pair, press):
    old, new = pair
    parent, other = make_item("PARENT"), make_item("OTHER")
    bom, free = make_bom(parent, {old: 1}), make_bom(other, {old: 1})
    run = press(replace.start, old=old, new=new)
    make_bom(old, {parent: 1})
    back = press(replace.undo, run=run)
    back.refresh_from_db()
    assert [lines(one)[0][1] for one in (bom, free)] == ["NEW", "OLD"]
    left = back.lines.get(bom=bom)
    assert (left.outcome, left.problem) == ("loop", "An item cannot go into itself: PARENT → OLD → PARENT.")
    assert back.summary == {"bills": 1, "back": 1, "changed": 0, "loop": 1}


def alternates(bom):
    rows = BomAlternate.objects.filter(line__bom=bom).order_by("component__number")
    return [(row.component.number, row.ratio) for row in rows.select_related("component")]


def test_what_stands_in_for_the_old_stands_in_for_as_much_less_of_the_new(pair, press):
    old, new = pair
    bom, third = make_bom(make_item("TOP"), {old: 1}), make_item("THIRD")
    for component, ratio in ((third, 2), (new, 5)):
        BomAlternate.objects.create(line=bom.lines.get(), component=component, ratio=ratio)
    run = press(replace.start, old=old, new=new, ratio=Decimal(2))
    assert (lines(bom), alternates(bom)) == ([(10, "NEW", 2, None, None)], [("THIRD", 1)])
    press(replace.undo, run=run)
    assert (lines(bom), alternates(bom)) == ([(10, "OLD", 1, None, None)], [("NEW", 5), ("THIRD", 2)])


def test_alternates_that_were_agreed_on_since_stay_with_their_line(pair, press):
    old, new = pair
    bom, same = make_bom(make_item("TOP"), {old: 1}), make_bom(make_item("SAME"), {old: 1})
    for each in (bom, same):
        BomAlternate.objects.create(line=each.lines.get(), component=make_item(), ratio=2)
    run = press(replace.start, old=old, new=new, ratio=Decimal(2))
    BomAlternate.objects.filter(line__bom=bom).update(ratio=3)
    press(replace.undo, run=run)
    assert [lines(each)[0][1] for each in (bom, same)] == ["NEW", "OLD"]
    assert [ratio for _number, ratio in alternates(bom)] == [3]


def test_a_percent_of_the_batch_takes_another_ratio_than_one_to_no_bill(pair, press):
    old, new = pair
    half = {"quantity": 1, "formula": "percent", "percent": Decimal("0.5")}
    bom = make_bom(make_item("MIX"), {old: half, make_item(): half})
    run = press(replace.start, old=old, new=new, ratio=Decimal("0.9"))
    assert lines(bom)[0][1] == "OLD"
    assert run.lines.get().problem == (
        "A percent of the batch takes a ratio of 1 only: with 0.9 the percents would not make 100 %."
    )
    press(replace.start, old=old, new=new)
    assert (lines(bom)[0][1], bom.lines.get(component=new).percent) == ("NEW", Decimal("0.5"))
