"""Released orders of ten at a work centre, and an operator who works there, for the tests of the tablet."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from execution.services.release import release
from planning.models import Operation, ProductionOrder
from strategies.models import Item, Site
from tests.factories import make_group, make_item, make_order, make_site, make_user, make_worker


def wanting(item: Item, site: Site, *, each: Any = 1, **also: Any) -> ProductionOrder:
    """A released order of ten pieces that takes so much of an item for each."""
    operations = [{"group": make_group(site)}]
    order = make_order(make_item(), 10, site=site, operations=operations, materials={item: each}, **also)
    release(orders=[order], despite_shortage=True, by=None)
    return order


class Floor:
    def __init__(self, client: Client, **site: Any) -> None:
        self.client = client
        self.site = make_site("SHOP", **site)
        self.group = make_group(self.site, "ASSEMBLY")
        self.by = make_user("operator", site=self.site)
        make_worker(self.site, user=self.by, group=self.group)
        self.order = self.release(10)
        client.force_login(self.by)

    def release(self, quantity: int, **also: Any) -> ProductionOrder:
        also.setdefault("operations", [{"group": self.group}])
        order = make_order(make_item(), quantity, site=self.site, **also)
        release(orders=[order], despite_shortage=True, by=None)
        order.refresh_from_db()
        return order

    @property
    def operation(self) -> Operation:
        return self.order.operations.get()

    @property
    def url(self) -> str:
        return f"/floor/job/{self.order.number}/{self.operation.number}/"

    def page(self) -> str:
        return self.client.get(self.url).content.decode()

    def post(self, verb: str, **values: Any) -> str:
        """The page that follows an entry that was booked."""
        answer = self.client.post(f"{self.url}{verb}/", values, follow=True)
        assert answer.status_code == 200, answer.content.decode()
        return answer.content.decode()

    def refused(self, verb: str, **values: Any) -> str:
        """The page that answers an entry that was not."""
        answer = self.client.post(f"{self.url}{verb}/", values)
        assert answer.status_code == 409
        return answer.content.decode()


def sheet(page: str, name: str) -> str:
    """The markup of one sheet of the job."""
    found = re.search(rf'<dialog class="sheet" id="{name}".*?</dialog>', page, re.S)
    assert found, f"no sheet {name}"
    return found[0]


def value(markup: str, name: str) -> str:
    """What a field of it holds."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', markup)
    assert found, f"no field {name}"
    return re.search(r'value="([^"]*)"', found[0])[1]  # type: ignore[index]
