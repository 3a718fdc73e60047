"""Short ways to write a small plan and to read its answer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from planning.engine.mrp import BomLine, Demand, Item, LotSize, Plan, Problem, Receipt, Settings, plan

TODAY = date(2026, 3, 2)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def item(key: str = "A", **more: Any) -> Item:
    """Bought unless it says otherwise: then nobody asks for its bill."""
    more.setdefault("source", "buy")
    for name in ("on_hand", "safety_stock", "minimum_stock", "maximum_stock", "good_share"):
        if name in more:
            more[name] = Decimal(more[name])
    return Item(id=key, **more)


def line(parent: str, component: str, per: str = "1", **more: Any) -> BomLine:
    for name in ("constant", "scrap"):
        if name in more:
            more[name] = Decimal(more[name])
    return BomLine(parent=parent, component=component, per=Decimal(per), **more)


def lot(**sizes: int) -> LotSize:
    return LotSize(**{name: Decimal(size) for name, size in sizes.items()})


def solve(
    *items: Item,
    lines: tuple[BomLine, ...] = (),
    needs: tuple[tuple[str, int, str], ...] = (),
    receipts: tuple[tuple[str, int, str], ...] = (),
    firm: bool = False,
    **settings: Any,
) -> Plan:
    """Plan with demands d0, d1 ... and receipts r0, r1 ... given as (item, day offset, quantity)."""
    return plan(
        Problem(
            items=items,
            lines=lines,
            demands=[
                Demand(id=f"d{place}", item=key, day=day(offset), quantity=Decimal(quantity))
                for place, (key, offset, quantity) in enumerate(needs)
            ],
            receipts=[
                Receipt(id=f"r{place}", item=key, day=day(offset), quantity=Decimal(quantity), firm=firm)
                for place, (key, offset, quantity) in enumerate(receipts)
            ],
            settings=Settings(first=TODAY, last=day(365), **settings),
        )
    )


def orders(answer: Plan, key: str = "A") -> list[tuple[str, int, int]]:
    """(quantity, start, due) of an item's orders, as offsets from today."""
    return [
        (str(row.quantity), (row.start - TODAY).days, (row.due - TODAY).days)
        for row in answer.orders
        if row.item == key
    ]


def codes(answer: Plan) -> dict[str, Any]:
    return {message.code: message.subject for message in answer.messages}
