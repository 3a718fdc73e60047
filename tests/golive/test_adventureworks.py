"""The worked example: AdventureWorks on the evening of 30 June 2012 goes live."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.db.models import Sum
from django.test import TestCase

from execution.models import WipMove
from p2p.demo.adventureworks import golive
from p2p.inventory.checking import problems
from planning.models import Demand, Operation, ProductionOrder, ReplenishmentOrder
from strategies.models import Site
from strategies.services import cutover
from strategies.services.importer import take_in
from strategies.services.importer.reading import tables
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_plant_of_mid_2012_comes_over_to_the_last_figure(settings):
    settings.RUNS = "inline"
    by = make_user("administrator")
    there = take_in(list(tables(io.BytesIO(golive.master_data()), "master.zip")), by=by)
    assert there.saved, there.problems[:3]
    site = Site.objects.get(code="BOTHELL")
    desk = cutover.begin(name=golive.NAME, site=site, day=golive.FIRST_DAY_HERE, by=by)
    cutover.add_file(cut_over=desk, name="going-live.zip", content=golive.going_live(), by=by)
    with TestCase.captureOnCommitCallbacks(execute=True):
        trial = cutover.try_out(cut_over=desk, by=by)
    trial.refresh_from_db()
    assert trial.state == "done", trial.problem
    assert [f"{one.sheet} {one.line}: {one.text}" for one in trial.problems.filter(level="error")[:5]] == []
    assert trial.figures.filter(expected__isnull=False).count() == len(golive.figures()) > 500
    assert [f"{one} {one.value}, not {one.expected}" for one in cutover.differing(trial)[:5]] == []
    assert not ProductionOrder.objects.exists()
    with TestCase.captureOnCommitCallbacks(execute=True):
        last = cutover.take_over(cut_over=desk, by=by)
    last.refresh_from_db()
    assert (last.state, last.summary["saved"]) == ("done", True)
    assert ProductionOrder.objects.count() == len(golive.open_orders()) == 675
    assert ReplenishmentOrder.objects.count() > 0
    assert Demand.objects.filter(state="open").count() == 3018
    assert Demand.objects.filter(state="delivered").count() == 12_596
    done = Operation.objects.filter(state="finished")
    assert done.exists()
    behind = WipMove.objects.aggregate(n=Sum("quantity"))["n"]
    assert behind > 0
    assert problems() == []
    assert desk.day == date(2012, 7, 1)
