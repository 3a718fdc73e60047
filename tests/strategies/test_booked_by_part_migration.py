"""Operations booked under one category before there was one for each part: their history is told anew, too."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from strategies.models import CostCategory, RouteOperation
from tests.factories import make_cost_category, make_group, make_item, make_route, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.database]
moving = import_module("strategies.migrations.0023_booked_by_part")


def run(step: Callable[[Any, Any], None]) -> None:
    with connection.schema_editor(atomic=False) as editor:
        step(apps, editor)


def test_rows_and_their_history_go_to_the_part_of_their_category_and_back() -> None:
    setup = make_cost_category("SET", kind=CostCategory.Kind.SETUP)
    route = make_route(make_item("BIKE"), [{"group": make_group(make_site()), "run_category": setup}])
    row = route.operations.get()
    row.name = "Weld"
    row.save()
    history = apps.get_model("strategies", "RouteOperationEvent").objects.filter(name="Operation 10")

    def named() -> list[tuple[Any, Any]]:
        rows = (RouteOperation.objects, history)
        return [each.values_list("setup_category", "run_category").first() for each in rows]

    assert named() == [(None, setup.pk)] * 2
    run(moving.each_to_its_part)
    assert named() == [(setup.pk, None)] * 2
    run(moving.one_again)
    assert [first for _setup, first in named()] == [setup.pk] * 2
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        history.update(name="Solder")
