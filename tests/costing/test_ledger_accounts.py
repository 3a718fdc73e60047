"""What a resource absorbs is handed over under its account of the general ledger, else its work centre's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from costing.models import Posting
from costing.selectors import trial_balance
from execution.services.undo import undo
from p2p.core.access import Role
from planning.models import ProductionOrder
from tests.costing.test_machine_rates import Mill
from tests.factories import make_user

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def mill() -> Mill:
    """The machine A has an account of its own, the machine B that of the work centre."""
    mill = Mill()
    mill.a.ledger_account, mill.group.ledger_account = "4711", "4700"
    mill.a.save()
    mill.group.save()
    mill.standard(surcharge="0.1")
    return mill


def absorbed(order: ProductionOrder) -> dict[str, D]:
    sums: dict[str, D] = {}
    for row in Posting.objects.filter(entry__order=order, account="absorbed"):
        sums[row.ledger_account] = sums.get(row.ledger_account, D(0)) + row.amount
    return sums


def test_each_machines_work_is_absorbed_under_its_own_account_or_its_work_centres(mill: Mill) -> None:
    order = mill.order()
    operation = order.operations.get()
    mill.do(operation, 4, 2400, mill.a)
    mill.do(operation, 6, 3600, mill.b)
    assert absorbed(order) == {"4711": D(-37), "4700": D(-45)}
    others = Posting.objects.filter(entry__order=order).exclude(account="absorbed")
    assert set(others.values_list("ledger_account", flat=True)) == {""}


def test_the_planned_machine_counts_where_none_is_said_and_what_is_taken_back_goes_the_same_way(
    mill: Mill,
) -> None:
    order = mill.order()
    order.operations.update(resource=mill.a)
    done = mill.do(order.operations.get(), 10, 5400)
    assert set(absorbed(order)) == {"4711"}
    mill.a.ledger_account = "4799"
    mill.a.save()
    undo(report=done, by=mill.by)
    assert absorbed(order) == {"4711": D(0)}


def test_the_trial_balance_the_ledger_and_rest_name_it(mill: Mill, client: Client) -> None:
    order = mill.order()
    mill.do(order.operations.get(), 4, 2400, mill.a)
    lines = {line.ledger_account: line.amount for line in trial_balance() if line.account == "absorbed"}
    assert lines == {"4711": D(-37)}
    assert sum((line.amount for line in trial_balance()), D(0)) == 0
    carla: Any = make_user(Role.COST_ACCOUNTANT)
    client.force_login(carla)
    for page in ("trial-balance/", "entries/", "entries/?export=csv"):
        answer = client.get(f"/costing/{page}")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert b"4711" in content, page
    api = APIClient()
    api.force_authenticate(carla)
    rows = api.get(f"/api/v1/costing/entries/?order_number={order.number}").json()["results"]
    postings = [line for row in rows for line in row["postings"]]
    assert {line["ledger_account"] for line in postings if line["account"] == "absorbed"} == {"4711"}
    assert {line["ledger_account"] for line in postings if line["account"] == "wip"} == {""}
