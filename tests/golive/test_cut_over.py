"""A running plant comes over: tried as often as it takes, compared with the old books, taken over once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from costing.models import Period, Posting
from costing.selectors import wip_value
from execution.models import PickLine, WipMove
from outsourcing.models import SubcontractLine, SubcontractOrder
from p2p.core.facts import gather
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Lot, Move
from p2p.inventory.selectors import on_hand
from planning.models import Demand, Operation, ProductionOrder, ReplenishmentOrder
from planning.services.replenishment import create_replenishment
from planning.takeover import figures
from strategies.facts import MeasuringCutOver, NamingMeasures
from strategies.models import CutOver, NumberSeries
from strategies.services import cutover
from strategies.services.numbering import take_numbers
from tests.factories import make_item, make_location
from tests.golive.plant import FILES, Old, make_old_plant

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def old(settings) -> Old:
    settings.RUNS = "inline"
    return make_old_plant()


def said(run: object) -> list[str]:
    return [f"{one.sheet} {one.line}: {one.text}" for one in run.problems.all()]  # type: ignore[attr-defined]


def test_a_trial_measures_everything_and_leaves_nothing(old):
    old.workbook()
    run = old.try_out()
    assert run.state == "done", run.problem
    assert said(run) == []
    figures = {(one.measure, one.of): one.value for one in run.figures.all()}
    assert figures["stock.quantity", "PART"] == 120
    assert figures["orders.count", ""] == 3
    assert figures["wip.pieces", "WO-1"] == 9
    assert figures["purchases.quantity", "PART"] == 60
    assert figures["subcontracts.pieces", "PLATER"] == 3
    assert figures["history.quantity", "2026-04"] == 7
    assert figures["opening.value", ""] == 750
    # 120 parts at 2 and 50 of the bulk at 10 in stock; 20 parts, 10 bulk and 3.5 hours at 40 in work.
    assert figures["stock.value", ""] == 740
    assert figures["wip.value", ""] == 280
    for model in (Move, ProductionOrder, ReplenishmentOrder, SubcontractOrder, Demand, Lot, Posting):
        assert not model.objects.exists(), model
    assert run.summary["saved"] is False


def test_the_last_run_keeps_what_the_trial_showed(old):
    old.workbook()
    old.try_out()
    run = old.take_over()
    assert (run.state, said(run), run.summary["saved"]) == ("done", [], True)
    assert old.desk.state == CutOver.State.DONE
    assert problems() == []
    assert on_hand(old.site) == {old.part.pk: 120, old.bulk.pk: 50}
    assert wip_value(old.site) == 280
    order = ProductionOrder.objects.get(number="WO-1")
    assert (order.state, order.good_quantity, order.scrap_quantity) == ("started", 0, 1)
    states = dict(Operation.objects.filter(order=order).values_list("number", "state"))
    assert states == {10: "finished", 20: "started", 30: "released", 40: "released"}
    assert ProductionOrder.objects.get(number="WO-2").state == "firm"
    assert ProductionOrder.objects.get(number="WO-3").state == "released"
    assert Journal.objects.filter(fact="strategies.TakenOver").exists()


def test_an_order_in_mid_route_goes_on_where_it_stood(old):
    old.workbook()
    old.try_out()
    old.take_over()
    behind = WipMove.objects.filter(operation__order__number="WO-1").values_list(
        "operation__number", "location__kind"
    )
    there = {
        key: pieces for *key, pieces in behind.annotate(n=Sum("quantity")) for key in [tuple(key)] if pieces
    }
    assert there == {(10, None): 5, (20, None): 1, (20, "vendor"): 3}
    line = SubcontractLine.objects.select_related("order").get(order__number="SC-9")
    assert (line.sent_quantity, line.price, line.order.state) == (3, D("4.5"), "in_work")
    # What was issued is not asked for again; the order that has nothing yet is to be picked whole.
    left = PickLine.objects.values_list("pick_list__order__number").annotate(n=Sum("quantity")).order_by()
    assert dict(left) == {"WO-3": 12}
    assert Move.objects.filter(kind="issue", lot__number="B-6", reference="WO-1").exists()
    assert Lot.objects.get(number="B-7").expires_on == date(2027, 1, 31)


def test_documents_go_on_with_their_old_numbers(old):
    old.workbook()
    old.try_out()
    old.take_over()
    purchase = ReplenishmentOrder.objects.get(number="PO-77")
    assert (purchase.state, purchase.quantity, purchase.received_quantity) == ("confirmed", 60, 0)
    assert take_numbers(code="MO", count=1) == ["WO-500"]
    assert NumberSeries.objects.get(code="MO").next_value == 501


def test_a_desk_in_preparation_gets_another_name_and_day(old):
    cutover.change(cut_over=old.desk, name="Second try", day=date(2026, 7, 1), by=old.by)
    desk = CutOver.objects.get()
    assert (desk.name, desk.day, desk.site) == ("Second try", date(2026, 7, 1), old.site)


def test_a_file_and_a_figure_that_are_taken_out_are_not_in_the_next_trial(old):
    old.workbook()
    old.file("vendors", "number;name;currency", "X-1;Taken out;USD")
    cutover.set_figure(cut_over=old.desk, measure="orders.count", expected=D(99), by=old.by)
    cutover.remove_file(file=old.desk.files.get(name="vendors.csv"), by=old.by)
    cutover.remove_figure(figure=old.desk.figures.get(), by=old.by)
    assert [one.name for one in old.desk.files.all()] == ["old.zip"]
    run = old.try_out()
    assert (run.state, said(run)) == ("done", [])
    assert run.figures.get(measure="orders.count").expected is None


def test_stock_keeps_the_standard_and_the_old_value_is_a_variance(old):
    old.workbook()
    old.try_out()
    old.take_over()
    sums = dict(
        Posting.objects.filter(entry__reference="OPENING")
        .values_list("account")
        .annotate(n=Sum("amount"))
        .order_by()
    )
    assert sums == {"inventory": 740, "opening": -750, "variance": 10}


def test_the_time_before_is_closed(old):
    old.workbook()
    old.try_out()
    old.take_over()
    period = Period.objects.get(site=old.site)
    assert (period.last_day, period.state) == (date(2026, 5, 31), "closed")


def test_wrong_lines_are_named_in_the_trial_and_stop_the_last_run(old):
    old.workbook()
    old.file(
        "open_orders", "number,site,item,quantity,start_on,due_on", "WO-9,OLD,NOSUCH,1,2026-06-01,2026-06-02"
    )
    run = old.try_out()
    assert run.problems.get(level="error").line == 2
    with pytest.raises(Refused, match="refused 1 lines"):
        old.take_over()
    assert not ProductionOrder.objects.exists()


def test_files_changed_since_the_trial_are_tried_again(old):
    old.workbook()
    old.try_out()
    old.file("sales_history", *FILES["sales_history"], "SO-3,1,OLD,PROD,1,2026-05-04")
    with pytest.raises(Refused, match="run a trial first"):
        old.take_over()


def test_a_difference_is_accepted_with_a_reason_or_mended(old):
    old.workbook()
    cutover.set_figure(cut_over=old.desk, measure="wip.value", expected=D(300), by=old.by)
    trial = old.try_out()
    differs = trial.figures.get(measure="wip.value", of="")
    assert (differs.value, differs.expected) == (280, 300)
    with pytest.raises(Refused, match="differs from the old books"):
        old.take_over()
    with pytest.raises(Refused, match="Say why"):
        cutover.accept(figures=[differs], because=" ", by=old.by)
    cutover.accept(figures=[differs], because="The old rate of the lathe", by=old.by)
    assert old.take_over().summary["saved"] is True


def test_an_acceptance_holds_for_the_same_figure_only(old):
    old.workbook()
    cutover.set_figure(cut_over=old.desk, measure="wip.value", expected=D(300), by=old.by)
    trial = old.try_out()
    cutover.accept(figures=list(trial.figures.filter(measure="wip.value", of="")), because="Known", by=old.by)
    assert old.try_out().figures.get(measure="wip.value", of="").accepted_because == "Known"
    changed = [line.replace("WO-1,10,9,1,2,yes", "WO-1,10,9,1,3,yes") for line in FILES["open_operations"]]
    old.file("other", "unknown", "1")
    cutover.remove_file(file=old.desk.files.get(name="other.csv"), by=old.by)
    replace(old, "open_operations", changed)
    again = old.try_out().figures.get(measure="wip.value", of="")
    assert (again.value, again.before, again.accepted_because) == (320, 280, "")


def test_another_figure_of_the_old_books_is_a_difference_anew(old):
    old.workbook()
    cutover.set_figure(cut_over=old.desk, measure="wip.value", expected=D(281), by=old.by)
    trial = old.try_out()
    cutover.accept(
        figures=list(trial.figures.filter(measure="wip.value", of="")), because="Rounding", by=old.by
    )
    cutover.set_figure(cut_over=old.desk, measure="wip.value", expected=D(50), by=old.by)
    assert old.try_out().figures.get(measure="wip.value", of="").accepted_because == ""
    with pytest.raises(Refused, match="differs from the old books"):
        old.take_over()


def test_a_file_with_an_endless_name_is_refused(old):
    with pytest.raises(Refused, match="at most 150"):
        old.file("x" * 150, "a")


def replace(old: Old, name: str, lines: list[str]) -> None:
    """The files one by one, with another text for one of them."""
    cutover.remove_file(file=old.desk.files.get(), by=old.by)
    for each, text in FILES.items():
        old.file(each, *(lines if each == name else text))


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        ("open_operations", "WO-1,10,9,1,2,yes,2026-05-22\nWO-1,20,10,0,1,no,2026-05-29", "only 9 came out"),
        ("open_operations", "WO-1,90,1,0,1,no,2026-05-22", "no operation 90"),
        (
            "open_operations",
            "WO-1,10,9,1,2,yes,2026-05-22\nWO-1,20,9,0,1,no,2026-05-29\nWO-1,30,9,0,1,no,2026-05-29"
            "\nWO-1,40,9,0,1,no,2026-05-29",
            "is the last one",
        ),
        ("open_materials", "WO-1,PROD,,1,2026-05-20", "no such component"),
        ("open_materials", "WO-1,BULK,,1,2026-05-20", "name the lot"),
        (
            "open_subcontracts",
            "SC-9,PLATER,WO-1,30,10,11,4.5,2026-05-30,2026-06-03,",
            "More is back or at the vendor",
        ),
        ("open_subcontracts", "SC-9,PLATER,WO-1,10,10,1,4.5,2026-05-30,2026-06-03,", "done in house"),
        ("open_purchases", "PO-1,OLD,PART,PLATER,10,10,1,2026-05-10,2026-06-15,", "leave it out"),
        ("open_purchases", "PO-1,OLD,PART,,10,0,1,2026-05-10,2026-06-15,", "Name a vendor"),
    ],
)
def test_bad_input_is_named_in_one_sentence(old, name, line, sentence):
    for each, text in FILES.items():
        if each == name:
            old.file(each, text[0], *line.split("\n"))
        elif name != "open_operations" or each != "open_subcontracts":
            old.file(each, *text)
    run = old.try_out()
    assert run.state == "done", run.problem
    assert any(sentence in one for one in said(run)), said(run)


def test_a_site_is_taken_over_once(old):
    old.workbook()
    old.try_out()
    old.take_over()
    with pytest.raises(Refused, match="was taken over"):
        cutover.begin(name="Again", site=old.site, day=date(2026, 7, 1), by=old.by)
    with pytest.raises(Refused, match="nothing changes any more"):
        old.file("more", "a")


def test_a_desk_without_files_starts_nothing(old):
    with pytest.raises(Refused, match="has no file yet"):
        old.try_out()


def test_a_desk_that_was_given_up_can_be_taken_up_again(old):
    cutover.abandon(cut_over=old.desk, by=old.by)
    with pytest.raises(Refused, match="Given up"):
        old.workbook()
    cutover.resume(cut_over=old.desk, by=old.by)
    old.workbook()
    assert old.try_out().state == "done"


def test_a_measure_that_nobody_measures_is_refused_by_naming_those_there_are(old):
    with pytest.raises(Refused) as refused:
        cutover.set_figure(cut_over=old.desk, measure="stock.nonsense", expected=D(5), by=old.by)
    assert str(refused.value).startswith("Nothing here measures stock.nonsense: there are demand.count, ")
    assert "stock.value" in str(refused.value)
    assert not old.desk.figures.filter(measure="stock.nonsense").exists()


def test_a_file_with_a_measure_that_nobody_measures_is_refused_at_its_line(old):
    text = f"cut_over,measure,of,expected\n{old.desk.name},stock.nonsense,,5\n"
    cutover.add_file(cut_over=old.desk, name="control_figures.csv", content=text.encode(), by=old.by)
    (problem,) = old.try_out().problems.filter(sheet="control_figures", level="error")
    assert problem.column == "measure" and "stock.nonsense" in problem.text


def test_purchases_are_counted_without_transfers_and_transfers_for_themselves(old):
    site, item = old.desk.site, make_item("MOVED")
    there = make_location(site, code="THERE")
    to = make_location(site, code="TO")
    before = {one.measure: one.value for one in figures(MeasuringCutOver(site=site)) if not one.of}
    create_replenishment(
        site=site,
        item=item,
        quantity=D(7),
        due_on=date(2099, 1, 1),
        from_location=there,
        to_location=to,
        by=old.by,
    )
    found = {(one.measure, one.of): one.value for one in figures(MeasuringCutOver(site=site))}
    assert found["purchases.count", ""] == before["purchases.count"]
    assert found["transfers.count", ""] == before["transfers.count"] + 1
    assert found["transfers.quantity", "MOVED"] == 7 and ("purchases.quantity", "MOVED") not in found


def test_every_measure_of_the_books_can_be_named(old):
    found = {one.measure for answer in gather(MeasuringCutOver(site=old.desk.site)) for one in answer}
    assert found <= {name for names in gather(NamingMeasures()) for name in names}
