"""The trial balance, as somebody of one site sees it."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.test import Client

from costing.services.entries import Draft, Line, write
from p2p.core import clock
from strategies.models import Site
from tests.factories import make_currency, make_site, make_user

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
    assert all(total == 0 for _currency, _lines, total in answer.context["sheets"])
    return {
        line.account: line.amount for _currency, lines, _total in answer.context["sheets"] for line in lines
    }


def test_it_sums_the_sites_of_the_reader_and_no_others():
    north, south = make_site("NORTH"), make_site("SOUTH")
    booked(north, 700)
    booked(south, 20)
    assert seen_by(make_user("cost_accountant")) == {"wip": D(720), "inventory": D(-720)}
    assert seen_by(make_user("cost_accountant", site=south)) == {"wip": D(20), "inventory": D(-20)}
    assert seen_by(make_user("cost_accountant", site=make_site("EAST"))) == {}


def test_currencies_are_not_added_up_and_an_account_leads_to_its_entries():
    euro, dollar = make_currency("EUR"), make_currency("USD")
    north, south = make_site("NORTH", currency=dollar), make_site("SOUTH", currency=euro)
    booked(north, 700)
    booked(south, 20)
    client = Client()
    client.force_login(make_user("cost_accountant"))  # type: ignore[arg-type]
    page = client.get("/costing/trial-balance/")
    sums = [(currency, [line.amount for line in lines]) for currency, lines, _total in page.context["sheets"]]
    assert sums == [("EUR", [D(-20), D(20)]), (north.currency.code, [D(-700), D(700)])]
    where = "/costing/entries/?account=wip&amp;currency=EUR"
    assert where in page.content.decode()
    shown = client.get(where.replace("&amp;", "&"))
    (entry,) = shown.context["lines"]
    assert entry.record.site == south and entry.record.amount == 20


def test_the_rail_leads_to_it():
    client = Client()
    client.force_login(make_user("cost_accountant"))  # type: ignore[arg-type]
    assert 'href="/costing/trial-balance/"' in client.get("/costing/entries/").content.decode()
    empty = client.get("/costing/trial-balance/").content.decode()
    assert "The ledger is empty" in empty and "Cost versions" in empty
