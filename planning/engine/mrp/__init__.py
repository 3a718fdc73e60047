"""Material requirements planning: exact, multi-level, fully pegged; plain rows in, plain rows out.

    from planning.engine.mrp import BomLine, Demand, Item, LotSize, Problem, Receipt, Settings, plan
    rules = Settings(first=date(2012, 1, 4), last=date(2012, 2, 3))
    answer = plan(Problem(items=..., lines=..., demands=..., receipts=..., settings=rules))

Shapes (all in `model.py`, each field explained there)
    Item        one item at one site: source, places, lead_days, on_hand, safety stock, coverage, lot, good
                share
    BomLine     parent, component, per, constant, scrap, valid_from, valid_to, phantom; rule, least, below
    Demand      id, item, day, quantity, priority, order (open order whose remaining material it is)
    Receipt     id, item, day, quantity, firm
    Settings    first, last, and what the run looks at; `lot_for_lot(first=, last=, flat_days=)` is the plain
                mode
    Plan        orders, pegs, needs, messages, levels
    Ids are opaque int or str. Quantities are Decimal in the item's unit, days are `date`, lead times
    calendar days.

Rules
    Levels      Kahn's low-level codes. A loop is named in a message, its closing line left out, the rest
                planned.
    Ledger      Needs are served in order of day, then priority, then kind, from stock, then from receipts,
                oldest first: those that have arrived, or that come no later than a new order could (plus
                `late_days`). Only then a shortage becomes orders.
    BOM date    Lines valid on the start of the parent's order count, both ends inclusive.
    Rounding    A requirement is rounded once, up, to the component's places: ceil(launch x per / (1 - scrap)
                + constant).
    Uneven      Lines with steps or roundings, or for some quantities only, are reckoned for each order by their
                own rule, and rounded up once as others are.
    Phantoms    Dissolved into their parents before planning, with exact factors; they never get an order.
    Lots        Fixed, or maximum / minimum / multiple as in `lots.py`; what is over serves the next needs.
    Period      The first shortage opens a window of `period_days`; its order is due on that first day.
    Min-max     A day that ends below the minimum is topped up to the maximum (`lots.fill`).
    Safety      Stock on hand covers the safety stock first and keeps it; what lacks is ordered for today +
                lead time. With `dip`, needs inside the lead time may use it.
    Yield       Launched quantity x good share, rounded down, is what serves needs. Lot sizes speak of the
                launch.
    Alone       Needs of an item with `alone` are served one by one, by supply of their own (`tied.py`); what that
                brings too much serves the item it names as `rest`.
    Too late    Orders that should have started before `first` start on `first` ("move"): levels below
                follow, and every demand that ends up late gets a "late" message with the chain down to the
                cause.
    Priority    An order inherits the most urgent priority it serves and hands it down.

Sums that always hold (tests/planning/engine): for every item, stock + receipts + good of orders = pegged +
left over; every need is pegged in full or reported short; nothing is pegged twice; the same input gives the
same plan.

Sources: Orlicky, "Material Requirements Planning" (netting, low-level codes, pegging); lot and min-max rules
as published for Dynamics 365 and Business Central, named at the functions.
"""

from planning.engine.mrp.balance import Balance, balances
from planning.engine.mrp.model import (
    BomLine,
    Coverage,
    Demand,
    Item,
    Key,
    LotSize,
    Message,
    Need,
    Peg,
    Plan,
    PlannedOrder,
    Problem,
    Receipt,
    Settings,
    lot_for_lot,
)
from planning.engine.mrp.plan import plan

__all__ = [
    "Balance",
    "BomLine",
    "Coverage",
    "Demand",
    "Item",
    "Key",
    "LotSize",
    "Message",
    "Need",
    "Peg",
    "Plan",
    "PlannedOrder",
    "Problem",
    "Receipt",
    "Settings",
    "balances",
    "lot_for_lot",
    "plan",
]
