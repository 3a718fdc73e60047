"""Verbs of the lists on ticked rows: all of them or none; what is still needed is named."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from strategies.models import (
    BomVersion,
    Capability,
    ResourceCalendar,
    ResourceCapability,
    ResourceMembership,
    SetupFamily,
    SetupMatrix,
    Skill,
    Unit,
    WorkerSkill,
)
from tests.factories import (
    make_bom,
    make_calendar,
    make_conversion,
    make_cost_category,
    make_group,
    make_item,
    make_resource,
    make_site,
    make_unit,
    make_user,
    make_worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


def ticked(client: Client, url_name: str, verb: str, *rows: Any) -> None:
    said = {"bulk": verb, "row": [row.pk for row in rows]}
    assert client.post(reverse(f"strategies:{url_name}"), said, follow=True).status_code == 200


def resource() -> Any:
    return make_resource(make_group(make_site("ONE"), "50"), "M1")


def ability() -> Any:
    capability = Capability.objects.create(code="DRILL", name="Drilling")
    return ResourceCapability.objects.create(resource=resource(), capability=capability)


def worker_skill() -> Any:
    skill = Skill.objects.create(code="TIG", name="Welding")
    return WorkerSkill.objects.create(worker=make_worker(make_site("ONE")), skill=skill)


def stay() -> Any:
    machine = resource()
    return ResourceMembership.objects.create(resource=machine, group=make_group(machine.site, "60"))


def dated() -> Any:
    return ResourceCalendar.objects.create(resource=resource(), calendar=make_calendar())


ROWS = {
    "abilities": ability,
    "worker-skills": worker_skill,
    "stays": stay,
    "dated-calendars": dated,
    "capabilities": lambda: Capability.objects.create(code="DRILL", name="Drilling"),
    "skills": lambda: Skill.objects.create(code="TIG", name="Welding"),
    "setup-families": lambda: SetupFamily.objects.create(code="RED", name="Red"),
    "setup-matrices": lambda: SetupMatrix.objects.create(code="PAINT", name="Paint"),
    "cost-categories": lambda: make_cost_category("HOURS"),
    "workers": lambda: make_worker(make_site("ONE")),
    "resources": resource,
    "units": lambda: make_unit("BOX"),
    "conversions": lambda: make_conversion("BOX", "EA", 12),
}


@pytest.mark.parametrize("url_name", ROWS)
def test_ticked_rows_that_nothing_needs_are_deleted(engineer: Client, url_name: str) -> None:
    row = ROWS[url_name]()
    ticked(engineer, url_name, "delete", row)
    assert not type(row).objects.filter(pk=row.pk).exists()


def test_of_ticked_units_one_that_is_needed_keeps_all(engineer: Client) -> None:
    free, needed = make_unit("BOX"), make_unit("KG")
    make_item("SALT", unit=needed)
    ticked(engineer, "units", "delete", free, needed)
    assert Unit.objects.filter(pk__in=[free.pk, needed.pk]).count() == 2


def test_ticked_versions_are_approved_together_or_not_at_all(engineer: Client) -> None:
    tube = make_item("TUBE")
    first, second = (make_bom(make_item(number), {tube: 1}, state="draft") for number in "AB")
    empty = make_bom(make_item("C"), {}, state="draft")
    ticked(engineer, "boms", "approve", first, empty)
    assert set(BomVersion.objects.values_list("state", flat=True)) == {"draft"}
    ticked(engineer, "boms", "approve", first, second)
    assert dict(BomVersion.objects.values_list("item__number", "state")) == {
        "A": "approved", "B": "approved", "C": "draft",
    }  # fmt: skip
