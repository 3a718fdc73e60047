"""Inspections through their services: opened, read, decided, and what they keep from happening."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from execution.facts import Ending, Finishing, FinishingOperation
from p2p.core import clock
from p2p.core.facts import Refused, heard, objections
from p2p.core.models import User
from planning.models import Block, ProductionOrder
from planning.services import progress
from quality import selectors
from quality.engine.verdict import Verdict
from quality.facts import InspectionOpened
from quality.models import Inspection, Result
from quality.services import decide, nonconformance, open
from quality.services.record import Reading, record
from strategies.models import Site
from tests.factories import make_item, make_order, make_site, make_user
from tests.quality.factories import make_characteristic, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def inspector() -> User:
    return make_user("inspector")


def released(site: Site, **also: Any) -> ProductionOrder:
    order = make_order(also.pop("item", None) or make_item(), also.pop("quantity", 10), site=site, **also)
    (locked,) = progress.lock(orders=[order.pk])
    progress.release(orders=[locked], at=clock.now())
    return order


def measured(site: Site, **also: Any) -> Any:
    width = make_characteristic("WIDTH", name="Width")
    limits = {"lower_limit": "6.99", "upper_limit": "7.01", **also.pop("limits", {})}
    return width, make_plan(site, {width: limits}, **also)


def opened(site: Site, by: User, **also: Any) -> Inspection:
    (inspection,) = open.open_for_orders(orders=[released(site, **also)], by=by)
    return inspection


class TestOpening:
    def test_the_most_specific_plan_opens_one_inspection_and_says_why(
        self, site: Site, inspector: User
    ) -> None:
        item = make_item("FRAME")
        make_plan(site, code="SITE")
        make_plan(site, code="ITEM", item=item, sample_fixed=None, sample_fraction=Decimal("0.25"))
        order = released(site, item=item, quantity=10, operations=[{}, {"inspect": True}, {}])
        (inspection,) = open.open_for_orders(orders=[order], by=inspector)
        assert inspection.operation is not None
        assert (inspection.operation.number, inspection.sample_size) == (20, 3)
        assert inspection.because == "Plan ITEM v1: item FRAME"

    def test_without_an_inspection_point_the_product_is_inspected_at_the_end(
        self, site: Site, inspector: User
    ) -> None:
        make_plan(site)
        inspection = opened(site, inspector, operations=[{}, {}])
        assert inspection.operation is not None and inspection.operation.number == 20

    def test_a_plan_that_is_a_draft_or_for_receipts_opens_nothing_at_release(
        self, site: Site, inspector: User
    ) -> None:
        make_plan(site, state="draft")
        make_plan(site, trigger="receipt")
        assert open.open_for_orders(orders=[released(site)], by=inspector) == []

    def test_a_second_release_opens_nothing_twice(self, site: Site, inspector: User) -> None:
        make_plan(site)
        order = released(site)
        assert len(open.open_for_orders(orders=[order], by=inspector)) == 1
        assert open.open_for_orders(orders=[order], by=inspector) == []

    def test_many_orders_cost_as_many_queries_as_one(self, site: Site, inspector: User) -> None:
        make_plan(site)
        one, many = [released(site)], [released(site) for _ in range(8)]
        with CaptureQueriesContext(
            connection,
        ) as few:
            open.open_for_orders(orders=one, by=inspector)
        with CaptureQueriesContext(connection) as more, heard(InspectionOpened) as told:
            open.open_for_orders(orders=many, by=inspector)
        assert len(more) == len(few)
        assert [len(fact.inspections) for fact in told] == [8]

    def test_an_open_inspection_lets_work_go_on_and_a_rejected_one_stops_it(
        self, site: Site, inspector: User
    ) -> None:
        make_plan(site)
        inspection = opened(site, inspector, operations=[{"inspect": True}, {}])
        assert not Block.objects.exists()
        decide.reject(inspection=inspection, note="rust", by=inspector)
        stopped = Block.objects.filter(closed_at__isnull=True).order_by("operation__number")
        assert [block.operation.number for block in stopped] == [10, 20]
        assert stopped[0].sentence == f"{inspection.number} was rejected."

    def test_a_plan_that_does_not_block_stops_nothing(self, site: Site, inspector: User) -> None:
        make_plan(site, blocks=False)
        decide.reject(inspection=opened(site, inspector), note="rust", by=inspector)
        assert not Block.objects.exists()


class TestRecording:
    def test_a_reading_is_judged_by_the_limits_of_the_plan(self, site: Site, inspector: User) -> None:
        width, _plan = measured(site, sample_fixed=2)
        inspection = opened(site, inspector)
        good, bad = record(
            inspection=inspection,
            readings=[
                Reading(characteristic=width, sample=1, value="7.01"),
                Reading(characteristic=width, sample=2, value=Decimal("7.011")),
            ],
            by=inspector,
        )
        assert (good.conforms, bad.conforms) == (True, False)
        assert selectors.verdict(inspection) is Verdict.FAIL
        assert selectors.verdicts([inspection]) == {inspection.pk: Verdict.FAIL}

    def test_the_verdict_runs_along_while_values_come_in(self, site: Site, inspector: User) -> None:
        width, _plan = measured(site, sample_fixed=2)
        inspection = opened(site, inspector)
        assert selectors.verdict(inspection) is Verdict.PENDING
        record(
            inspection=inspection, readings=[Reading(characteristic=width, sample=1, value="7")], by=inspector
        )
        assert selectors.verdict(inspection) is Verdict.PENDING
        record(
            inspection=inspection, readings=[Reading(characteristic=width, sample=2, value="7")], by=inspector
        )
        assert selectors.verdict(inspection) is Verdict.PASS

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ("seven", "Width, piece 1: “seven” is not a number."),
            ("NaN", "Width, piece 1: “NaN” is not a number."),
            ("Infinity", "Width, piece 1: “Infinity” is not a number."),
            (True, "Width, piece 1: “True” is not a number."),
            ("", "Width, piece 1: “” is not a number."),
            ("1e400", "Width, piece 1: 1e400 has more digits than any gauge shows."),
            ("1e-400", "Width, piece 1: 1e-400 has more digits than any gauge shows."),
            ("0.0000000000001", "Width, piece 1: 0.0000000000001 has more digits than any gauge shows."),
        ],
    )
    def test_what_is_no_number_is_refused_by_name(
        self, site: Site, inspector: User, value: object, sentence: str
    ) -> None:
        width, _plan = measured(site)
        inspection = opened(site, inspector)
        with pytest.raises(Refused) as no:
            record(
                inspection=inspection,
                readings=[Reading(characteristic=width, sample=1, value=value)],
                by=inspector,
            )
        assert str(no.value) == sentence
        assert not Result.objects.exists()

    def test_more_results_than_pieces_are_refused_and_nothing_of_the_batch_is_kept(
        self, site: Site, inspector: User
    ) -> None:
        width, _plan = measured(site, sample_fixed=2)
        inspection = opened(site, inspector)
        readings = [Reading(characteristic=width, sample=piece, value="7") for piece in (1, 2, 3)]
        with pytest.raises(Refused, match="asks for 2 pieces: there is no piece 3 of Width"):
            record(inspection=inspection, readings=readings, by=inspector)
        assert not Result.objects.exists()

    def test_a_foreign_characteristic_and_a_piece_given_twice_are_refused(
        self, site: Site, inspector: User
    ) -> None:
        width, _plan = measured(site)
        inspection = opened(site, inspector)
        stranger = make_characteristic("DEPTH", name="Depth")
        with pytest.raises(Refused, match="Depth is not part of"):
            record(
                inspection=inspection,
                readings=[Reading(characteristic=stranger, sample=1, value="1")],
                by=inspector,
            )
        twice = [Reading(characteristic=width, sample=1, value="7")] * 2
        with pytest.raises(Refused, match="Width, piece 1 is given twice"):
            record(inspection=inspection, readings=twice, by=inspector)

    def test_the_same_reading_posted_twice_is_refused_and_a_correction_supersedes(
        self, site: Site, inspector: User
    ) -> None:
        width, _plan = measured(site)
        inspection = opened(site, inspector)
        wrong = [Reading(characteristic=width, sample=1, value="70")]
        record(inspection=inspection, readings=wrong, by=inspector)
        with pytest.raises(Refused, match="piece 1 already has a result"):
            record(inspection=inspection, readings=wrong, by=inspector)
        right = [Reading(characteristic=width, sample=1, value="7.0")]
        record(inspection=inspection, readings=right, replace=True, by=inspector)
        kept = Result.objects.order_by("id").values_list("value", "superseded")
        assert list(kept) == [(Decimal(70), True), (Decimal(7), False)]
        assert selectors.verdict(inspection) is Verdict.PASS

    def test_pass_or_fail_and_text_are_taken_in_words(self, site: Site, inspector: User) -> None:
        look = make_characteristic("LOOK", name="Look", kind="attribute")
        remark = make_characteristic("REMARK", name="Remark", kind="text")
        make_plan(site, {look: {}, remark: {}})
        inspection = opened(site, inspector)
        with pytest.raises(Refused, match="Look, piece 1: say pass or fail, not “maybe”"):
            record(
                inspection=inspection,
                readings=[Reading(characteristic=look, sample=1, value="maybe")],
                by=inspector,
            )
        results = record(
            inspection=inspection,
            readings=[
                Reading(characteristic=look, sample=1, value="fail"),
                Reading(characteristic=remark, sample=1, value=" scratched "),
            ],
            by=inspector,
        )
        assert [(one.text, one.conforms) for one in results] == [("fail", False), ("scratched", True)]

    def test_a_closed_inspection_takes_no_further_result(self, site: Site, inspector: User) -> None:
        width, _plan = measured(site)
        inspection = opened(site, inspector)
        decide.cancel(inspection=inspection, note="wrong drawing", by=inspector)
        with pytest.raises(Refused, match="is closed \\(Cancelled\\)"):
            record(
                inspection=inspection,
                readings=[Reading(characteristic=width, sample=1, value="7")],
                by=inspector,
            )

    def test_a_clock_that_runs_wrong_is_noticed(self, site: Site, inspector: User) -> None:
        width, _plan = measured(site)
        inspection = opened(site, inspector)
        reading = [Reading(characteristic=width, sample=1, value="7")]
        for wrong, words in ((timedelta(hours=2), "from the future"), (-timedelta(days=3), "to be older")):
            with pytest.raises(Refused, match=words):
                record(inspection=inspection, readings=reading, at=clock.now() + wrong, by=inspector)

    def test_many_readings_cost_as_many_queries_as_one(self, site: Site, inspector: User) -> None:
        width, _plan = measured(site, sample_fixed=100)
        inspection = opened(site, inspector, quantity=200)
        one = [Reading(characteristic=width, sample=1, value="7")]
        many = [Reading(characteristic=width, sample=piece, value="7") for piece in range(2, 100)]
        with CaptureQueriesContext(connection) as few:
            record(inspection=inspection, readings=one, by=inspector)
        with CaptureQueriesContext(connection) as more:
            record(inspection=inspection, readings=many, by=inspector)
        assert len(more) == len(few)


class TestDeciding:
    def read(self, inspection: Inspection, *values: str) -> None:
        line = inspection.plan.lines.get()
        readings = [
            Reading(characteristic=line.characteristic, sample=piece, value=value)
            for piece, value in enumerate(values, start=1)
        ]
        assert inspection.plan.state == "active"
        record(inspection=inspection, readings=readings, by=make_user("inspector"))

    def test_accepting_needs_every_piece_of_the_sample(self, site: Site, inspector: User) -> None:
        measured(site, sample_fixed=3)
        inspection = opened(site, inspector)
        self.read(inspection, "7", "7")
        with pytest.raises(Refused, match="Width: 1 of 3 pieces are still to be read"):
            decide.accept(inspection=inspection, by=inspector)

    def test_a_failed_line_cannot_be_accepted(self, site: Site, inspector: User) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "8")
        with pytest.raises(Refused, match="Width: 1 of 1 pieces are bad, 0 would be allowed"):
            decide.accept(inspection=inspection, by=inspector)

    def test_accepting_says_who_decided_and_opens_the_gate(self, site: Site, inspector: User) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "7")
        decided = decide.accept(inspection=inspection, by=inspector)
        assert (decided.state, decided.decided_by) == ("accepted", inspector)
        assert inspection.operation is not None
        assert objections(FinishingOperation(operations=(inspection.operation,))) == []

    def test_a_rejection_without_a_bad_result_needs_a_note(self, site: Site, inspector: User) -> None:
        measured(site)
        inspection = opened(site, inspector)
        with pytest.raises(Refused, match="write down why it is rejected"):
            decide.reject(inspection=inspection, by=inspector)
        assert decide.reject(inspection=inspection, note="rust", by=inspector).state == "rejected"

    def test_a_rejection_can_raise_its_nonconformance_at_once(self, site: Site, inspector: User) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "8")
        decide.reject(inspection=inspection, quantity=Decimal(4), by=inspector)
        raised = inspection.nonconformances.get()
        assert (raised.quantity, raised.item, raised.state) == (4, inspection.item, "open")

    def test_a_concession_needs_a_note_and_its_nonconformances_decided(
        self, site: Site, inspector: User
    ) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "8")
        decide.reject(inspection=inspection, quantity=Decimal(4), by=inspector)
        with pytest.raises(Refused, match="needs a note"):
            decide.concede(inspection=inspection, note=" ", by=inspector)
        with pytest.raises(Refused, match="has a nonconformance that is not decided"):
            decide.concede(inspection=inspection, note="customer agrees", by=inspector)

    def test_reopening_closes_the_gate_again(self, site: Site, inspector: User) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "7")
        decide.accept(inspection=inspection, by=inspector)
        decide.reopen(inspection=inspection, by=inspector)
        assert inspection.state == "open" and inspection.operation is not None
        assert len(objections(FinishingOperation(operations=(inspection.operation,)))) == 1

    def test_a_finished_operation_has_to_be_reopened_first(self, site: Site, inspector: User) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "7")
        decide.accept(inspection=inspection, by=inspector)
        assert inspection.operation is not None
        progress.finish_operations(operations=[inspection.operation], at=clock.now())
        with pytest.raises(Refused, match="is finished: reopen it before"):
            decide.reopen(inspection=inspection, by=inspector)

    def test_of_a_nonconformance_no_more_pieces_can_be_raised_than_the_inspection_covers(
        self, site: Site, inspector: User
    ) -> None:
        measured(site)
        inspection = opened(site, inspector)
        self.read(inspection, "8")
        decide.reject(inspection=inspection, quantity=Decimal(7), by=inspector)
        with pytest.raises(Refused, match="covers 10; 7 of them are in nonconformances already"):
            nonconformance.open_from_inspection(inspection=inspection, quantity=Decimal(4), by=inspector)


class TestGate:
    def test_an_open_inspection_refuses_operation_order_and_end_by_name(
        self, site: Site, inspector: User
    ) -> None:
        make_plan(site)
        inspection = opened(site, inspector)
        operation = inspection.operation
        assert operation is not None
        order = operation.order
        said = f"{inspection.number} is still open: accept it before {{}} can finish."
        assert objections(FinishingOperation(operations=(operation,))) == [said.format(operation)]
        assert objections(Finishing(orders=(order,))) == [said.format(order)]
        assert said.format(order) in objections(Ending(orders=(order,)))

    def test_a_rejected_one_refuses_until_it_is_conceded(self, site: Site, inspector: User) -> None:
        make_plan(site)
        inspection = opened(site, inspector)
        assert inspection.operation is not None
        decide.reject(inspection=inspection, note="rust", by=inspector)
        (said,) = objections(FinishingOperation(operations=(inspection.operation,)))
        assert said.startswith(f"{inspection.number} was rejected: decide on its pieces")
        decide.concede(inspection=inspection, note="customer agrees", by=inspector)
        assert objections(FinishingOperation(operations=(inspection.operation,))) == []

    def test_a_plan_that_does_not_block_guards_nothing(self, site: Site, inspector: User) -> None:
        make_plan(site, blocks=False)
        inspection = opened(site, inspector)
        assert inspection.operation is not None
        assert objections(FinishingOperation(operations=(inspection.operation,))) == []

    def test_a_cancelled_inspection_guards_nothing(self, site: Site, inspector: User) -> None:
        make_plan(site)
        inspection = opened(site, inspector)
        decide.cancel(inspection=inspection, note="not needed for samples", by=inspector)
        assert inspection.operation is not None
        assert objections(Finishing(orders=(inspection.operation.order,))) == []

    def test_reasons_for_a_whole_list_cost_a_fixed_number_of_queries(
        self, site: Site, inspector: User
    ) -> None:
        make_plan(site)
        orders = [released(site) for _ in range(6)]
        open.open_for_orders(orders=orders, by=inspector)
        with CaptureQueriesContext(connection) as few:
            assert len(objections(Finishing(orders=tuple(orders[:1])))) == 1
        with CaptureQueriesContext(connection) as many:
            assert len(objections(Finishing(orders=tuple(orders)))) == 6
        assert len(many) == len(few)
