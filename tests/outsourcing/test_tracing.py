"""What outsourcing says on the way of a traced lot."""

from __future__ import annotations

import pytest

from execution.models import OutputMove
from execution.services.release import release
from outsourcing.models import SubcontractLine
from p2p.core.clock import now
from p2p.inventory.models import Move
from p2p.inventory.selectors import key_of
from p2p.inventory.views.trace import readings
from planning.models import Output
from tests.factories import make_item, make_lot, make_order, make_site, make_user, make_vendor

pytestmark = pytest.mark.django_db


def test_the_vendor_who_worked_on_it_stands_along_the_way() -> None:
    site, vendor = make_site("MAIN"), make_vendor("PLATER", name="Platers Ltd", subcontractor=True)
    lot = make_lot(make_item(tracking="lot"))
    steps = [{}, {"outside": True, "vendor": vendor}]
    order = make_order(lot.item, 5, site=site, operations=steps)
    release(orders=[order], by=make_user("supervisor"))
    line = SubcontractLine.objects.select_related("order").get(operation__order=order)
    SubcontractLine.objects.filter(pk=line.pk).update(sent_quantity=5, received_quantity=4)
    move = Move.objects.create(
        item=lot.item,
        lot=lot,
        source=site.locations.get(code="PRODUCTION"),
        target=site.locations.get(code="STORE"),
        quantity=4,
        kind="output",
        effective_at=now(),
    )
    OutputMove.objects.create(output=Output.objects.get(order=order), move=move)
    found = [one for one in readings([key_of(lot)]) if one.kind == "vendor"]
    assert [(one.title, one.move) for one in found] == [(f"{line.order} · Platers Ltd", move.pk)]
    assert "5 sent, 4 back" in found[0].said
