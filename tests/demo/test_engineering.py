"""What the demo's engineers define: taken by the importer whole, and in the pages of every kind."""

from __future__ import annotations

import io

import pytest

from p2p.demo import adventureworks, engineering
from p2p.demo.load import make_people
from strategies.models import Item, SetupTime, StandardOperation, WorkerSkill
from strategies.services.importer import take_in
from strategies.services.importer.reading import tables

BIG = {"customers", "demand", "opening_stock"}


@pytest.mark.django_db
def test_the_engineers_sheets_are_taken_without_a_word_and_a_second_time_change_nothing():
    make_people(lambda *_said: None)
    plant = [one for one in tables(io.BytesIO(adventureworks.archive()), "plant.zip") if one.name not in BIG]
    take_in(plant, by=None)
    first = take_in(tables(io.BytesIO(engineering._archive()), "engineering.zip"), by=None)
    assert (first.saved, first.problems) == (True, [])
    assert Item.objects.get(number="FR-R92R-62").setup_family.code == "RED"
    assert SetupTime.objects.get(source__code="BLACK", target__code="SILVER").seconds == 3000
    assert WorkerSkill.objects.filter(skill__code="TIG").count() == 2
    assert StandardOperation.objects.filter(name="Final Assembly").exists()
    again = take_in(tables(io.BytesIO(engineering._archive()), "engineering.zip"), by=None)
    assert all(tally.unchanged == tally.lines for tally in again.tallies.values())
