"""The trial balance, as somebody of one site sees it."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.test import Client

from costing.services.entries import Draft, Line, write
from p2p.core import clock
from strategies.models import Site
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db


def booked(site: Site, amount: int) -> None:
    """One entry of two postings."""
    lines = (Line("wip", D(amount)), Line("inventory", D(-amount)))
    write(drafts=[Draft(site=site, kind="issue", effective_at=clock.now(), lines=lines)], by=None)


def seen_by(user: object) -> dict[str, D]:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    answer = client.get("/costing/trial-balance/")
    assert answer.status_code == 200
    assert answer.context["total"] == 0
    return {line.account: line.amount for line in answer.context["lines"]}


def test_it_sums_the_sites_of_the_reader_and_no_others():
    north, south = make_site("NORTH"), make_site("SOUTH")
    booked(north, 700)
    booked(south, 20)
    assert seen_by(make_user("cost_accountant")) == {"wip": D(720), "inventory": D(-720)}
    assert seen_by(make_user("cost_accountant", site=south)) == {"wip": D(20), "inventory": D(-20)}
    assert seen_by(make_user("cost_accountant", site=make_site("EAST"))) == {}
