"""The programs of the drill: `seed` fills a plant and prints its tokens, `serve PORT` starts it as the demo does."""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal

import django

REPORTERS, MOVERS, CLAIMERS, RECEIVERS = ("MO-A", "MO-B", "MO-C"), ("BOLT", "NUT"), ("NAIL",), ("PO-A",)
RELEASES = 60
ROLES = ("operator", "integrator", "supervisor", "planner")


def seed() -> dict[str, str]:
    """Orders to report on and to release, purchases that come, stock to move, an item to plan; each role's token."""
    from django.db import transaction

    from execution.services.release import release
    from p2p.core.services.tokens import issue
    from planning.services.replenishment import create_replenishment
    from tests.execution.conftest import build_plant
    from tests.factories import make_bom, make_item, make_locations, make_stock, make_user, make_vendor

    with transaction.atomic():
        plant = build_plant()
        places = make_locations(plant.site, "STORE", "AISLE")
        plant.fill(1_000_000)
        release(orders=[plant.order(10_000, number=number) for number in REPORTERS], by=plant.worker)
        for number in range(RELEASES):
            plant.order(5, number=f"MO-R{number}")
        for number in (*MOVERS, *CLAIMERS):
            make_stock(make_item(number), 1_000_000, places["STORE"])
        bought = {"item": make_item("BEARING"), "quantity": Decimal(1_000_000), "due_on": date(2026, 6, 1)}
        for number in RECEIVERS:
            create_replenishment(
                site=plant.site, vendor=make_vendor(), number=number, **bought, by=plant.worker
            )
        make_bom(make_item("TRIKE", supply="make"), {plant.frame: 1, plant.wheel: 3})
        tokens = {}
        for role in ROLES:
            user = make_user(role)
            tokens[role] = issue(user=user, title="drill", power="write", by=user)[1]
    return tokens


def serve(port: int) -> None:
    from p2p.setup.demonstration import Demonstration

    demo = Demonstration(port=port, write=print)
    try:
        demo.claim(serve=True)
        demo.open_database()
        demo.start_worker()
        from p2p.wsgi import application

        demo.serve(application)
    finally:
        demo.close()


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "seed":
        print(json.dumps(seed()))
    else:
        serve(int(sys.argv[2]))
