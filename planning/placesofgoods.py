"""Where goods in and out show themselves: in the rail, on purchases and demand, in the journal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import require
from p2p.core.web import journal
from planning import selectors
from planning.models import Demand, ReplenishmentOrder
from planning.models.demand import DEMAND_FLOW
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services.by_hand import RAISERS
from planning.services.replenishment import cancel_replenishment

RECEIVERS = ("buyer", "planner", "supervisor", "operator")
DELIVERERS = ("supervisor", "operator", "planner")
CORRECTORS = ("supervisor", "buyer")
BUYERS = ("buyer", "planner")
CANCELLERS = (*BUYERS, "supervisor")
"""Of transfers: what others are to send is called off by those who buy it."""
SLOT = "replenishment.actions"


def register() -> None:
    """Called once, with the other places of planning."""
    nav = places.nav
    nav(section="planning", title=_("Expected"), url_name="planning:expected", order=65)
    nav(section="planning", title=_("To deliver"), url_name="planning:to-deliver", order=55)
    nav(section="planning", title=_("To ship"), url_name="planning:to-ship", order=57)
    _verbs()
    _transfers()
    _phrases()


def _against(flow: Any, step: str) -> Any:
    def reasons(record: Any) -> list[str]:
        no = flow.refusal(record, step)
        return [str(no)] if no else []

    return reasons


def _verbs() -> None:
    places.verb(
        "demand-line.actions", key="deliver", title=_("Deliver"), url_name="planning:demand-deliver",
        roles=DELIVERERS, objections=_against(DEMAND_FLOW, "deliver"), primary=True, order=5,
        when=lambda demand: demand.kind != Demand.Kind.FORECAST,
    )  # fmt: skip
    places.verb(
        "demand-line.actions", key="return", title=_("Return"), url_name="planning:demand-return",
        roles=DELIVERERS, when=lambda demand: demand.delivered_quantity > 0, order=15,
    )  # fmt: skip
    places.verb(
        "demand-line.actions", key="close-short", title=_("Close with less"), url_name="planning:demand-close-short",
        roles=("planner", "supervisor"), objections=_against(DEMAND_FLOW, "close_short"), danger=True, order=16,
        when=lambda demand: demand.delivered_quantity > 0 and demand.state == "open",
    )  # fmt: skip
    places.verb(
        SLOT, key="receive", title=_("Receive"), url_name="planning:replenishment-receive",
        roles=RECEIVERS, objections=_against(REPLENISHMENT_FLOW, "receive"), primary=True, order=10,
    )  # fmt: skip
    places.verb(
        SLOT, key="ship", title=_("Ship"), url_name="planning:replenishment-ship",
        roles=RECEIVERS, objections=_against(REPLENISHMENT_FLOW, "receive"), order=15,
        when=lambda order: order.kind == "transfer" and order.shipped_quantity < order.quantity, at=selectors.sender,
    )  # fmt: skip

    places.verb(
        SLOT, key="lose", title=_("Lost on the way"), url_name="planning:replenishment-lose", roles=CORRECTORS,
        when=lambda order: order.kind == "transfer" and order.shipped_quantity > order.received_quantity,
        danger=True, order=80,
    )  # fmt: skip
    places.verb(
        "expected.actions", key="pallet", title=_("Receive a pallet"), url_name="planning:receive-pallet",
        roles=RECEIVERS, order=10,
    )  # fmt: skip
    for slot, title, page in (
        ("to-ship", _("To customers"), "planning:to-deliver"), ("to-deliver", _("To other sites"), "planning:to-ship")
    ):  # fmt: skip
        places.verb(f"{slot}.actions", key="others", title=title, url_name=page, page=True, order=90)


def _transfers() -> None:
    """Raised by hand, printed to be picked, called off."""
    places.verb(
        "to-ship.actions", key="new", title=_("New transfer"), url_name="planning:transfer-out", roles=RAISERS,
        primary=True, order=10,
    )  # fmt: skip
    for slot in ("replenishments.actions", "expected.actions"):
        places.verb(
            slot, key="transfer", title=_("New transfer"), url_name="planning:transfer-new", roles=RAISERS, order=20
        )  # fmt: skip
    places.verb(
        "item.actions", key="transfer", title=_("Transfer"), url_name="planning:transfer-of", roles=RAISERS, order=60,
        when=lambda item: item.active, anywhere=True,
    )  # fmt: skip
    places.verb(
        SLOT, key="note", title=_("Print"), url_name="planning:transfer-note", page=True, icon="printer", order=40,
        when=lambda order: order.kind == "transfer",
    )  # fmt: skip
    places.verb(
        SLOT, key="cancel", title=_("Cancel"), service=_cancel, model=ReplenishmentOrder, argument="record",
        roles=CANCELLERS, objections=_against_calling_off, danger=True, order=90,
        when=lambda order: order.kind == "transfer",
        confirm=_("Cancel this order? What is kept for it is free again."),
    )  # fmt: skip
    places.verb(
        SLOT, key="cancel-purchase", title=_("Cancel"), service=_cancel, model=ReplenishmentOrder, argument="record",
        roles=BUYERS, objections=_against(REPLENISHMENT_FLOW, "cancel"), danger=True, order=90,
        when=lambda order: order.kind != "transfer", confirm=_("Cancel this order? Nothing of it has come."),
    )  # fmt: skip


def _against_calling_off(order: ReplenishmentOrder) -> list[str]:
    if order.shipped_quantity > 0:
        return [
            str(_("Some of it has left: what is on its way is received first, or its shipment taken back."))
        ]
    return _against(REPLENISHMENT_FLOW, "cancel")(order)


def _cancel(*, record: ReplenishmentOrder, by: Any) -> Any:
    if record.kind != ReplenishmentOrder.Kind.TRANSFER:
        require(by, *BUYERS, site=record.site.code)
    return cancel_replenishment(orders=[record], by=by)[0]


def _phrases() -> None:
    for name, came, back in (
        ("Replenished", _("{quantity} received"), _("{quantity} received were taken back")),
        (
            "Delivered",
            _("{quantity} delivered on {note}"),
            _("{quantity} delivered on {note} were taken back"),
        ),
        ("Returned", _("{quantity} came back"), _("{quantity} came back")),
        (
            "Shipped",
            _("{quantity} shipped on {despatch}"),
            _("{quantity} shipped on {despatch} were taken back"),
        ),
        (
            "LostInTransit",
            _("{quantity} lost on the way: {reason}"),
            _("{quantity} that were lost on the way were found"),
        ),
        ("GivenBack", _("{quantity} went back to the vendor"), _("{quantity} went back to the vendor")),
    ):
        journal.phrase(f"planning.{name}", _quantities(came, back))
    journal.phrase(
        "planning.ClosedShort",
        lambda said: _("closed with less than ordered: {reason}").format(reason=said.get("reason") or "–"),
    )


def _quantities(came: Any, back: Any) -> Any:
    def words(said: Any) -> str:
        quantity = str(said.get("quantity", ""))
        sentence = back if quantity.startswith("-") else came
        return str(sentence).format(
            quantity=quantity.lstrip("-"),
            note=said.get("delivery_note") or "–",
            despatch=said.get("despatch_note") or "–",
            reason=said.get("reason") or "–",
        )

    return words
