"""Where outsourcing shows itself: in the rail, and on pages of the areas to its left."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from outsourcing import selectors
from outsourcing.facts import Dispatching, Receiving
from outsourcing.models import Invoice, SubcontractLine, SubcontractOrder
from outsourcing.services import invoice, order
from p2p.core import places
from p2p.core.access import MONEY_ROLES, Role
from p2p.core.facts import objections
from p2p.core.web import states
from planning.models import Operation

BUYER = (Role.BUYER,)
DOOR = (Role.BUYER, Role.SUPERVISOR, Role.OPERATOR)
DECIDES = (Role.PLANNER, Role.BUYER)
_State = SubcontractOrder.State


def _in(*wanted: str) -> Any:
    return lambda record: record.state in wanted


def register() -> None:
    """Called once by AppConfig.ready."""
    _navs()
    _order_verbs()
    _invoice_verbs()
    _elsewhere()
    states.name("acknowledged", colour="scheduled", label=_("Acknowledged"))
    states.name("in_work", colour="outside", label=_("In work"))
    states.name("matched", colour="finished", label=_("Matched"))


def _navs() -> None:
    places.nav(
        section="outsourcing",
        title=_("Workbench"),
        url_name="outsourcing:workbench",
        order=10,
        hot=True,
        count=lambda user: selectors.late().count() or None,
    )
    places.nav(
        section="outsourcing",
        title=_("Subcontract orders"),
        url_name="outsourcing:orders",
        order=20,
        count=lambda user: SubcontractOrder.objects.filter(state=_State.DRAFT).count() or None,
    )
    places.nav(
        section="outsourcing", title=_("Stock at vendors"), url_name="outsourcing:at-vendors", order=30
    )
    places.nav(
        section="outsourcing",
        title=_("Vendor invoices"),
        url_name="outsourcing:invoices",
        order=40,
        roles=MONEY_ROLES,
        hot=True,
        count=lambda user: Invoice.objects.filter(state="blocked").count() or None,
    )


def _order_verbs() -> None:
    slot = "subcontract.actions"
    places.verb(
        slot,
        key="send",
        title=_("Send"),
        service=order.send,
        model=SubcontractOrder,
        argument="order",
        roles=BUYER,
        primary=True,
        icon="send",
        when=_in(_State.DRAFT),
        objections=order.against_sending,
    )
    places.verb(
        slot, key="paper", title=_("PDF"), url_name="outsourcing:paper", page=True, icon="printer", order=10
    )
    places.verb(
        slot,
        key="acknowledge",
        page=True,
        title=_("Acknowledge"),
        url_name="outsourcing:acknowledge",
        roles=BUYER,
        primary=True,
        when=_in(_State.SENT),
        order=20,
    )
    places.verb(
        slot,
        key="promise",
        page=True,
        title=_("New promise"),
        url_name="outsourcing:acknowledge",
        roles=BUYER,
        when=_in(_State.ACKNOWLEDGED, _State.IN_WORK),
        order=60,
    )
    places.verb(
        slot,
        key="send-material",
        page=True,
        title=_("Send material"),
        url_name="outsourcing:send-material",
        roles=DOOR,
        icon="transfer-out",
        when=_in(*selectors.WITH_VENDOR),
        objections=lambda one: objections(Dispatching(order=one)),
        order=30,
    )
    places.verb(
        slot,
        key="receive",
        page=True,
        title=_("Receive"),
        url_name="outsourcing:receive",
        roles=DOOR,
        primary=True,
        icon="transfer-in",
        when=_in(_State.ACKNOWLEDGED, _State.IN_WORK),
        objections=lambda one: objections(Receiving(order=one)),
        order=40,
    )
    places.verb(
        slot,
        key="invoice",
        page=True,
        title=_("Enter invoice"),
        url_name="outsourcing:enter-invoice",
        roles=BUYER,
        icon="receipt",
        when=_in(_State.IN_WORK, _State.RECEIVED),
        order=50,
    )
    places.verb(
        slot,
        key="withdraw",
        title=_("Withdraw"),
        url_name="outsourcing:withdraw",
        roles=BUYER,
        danger=True,
        when=_in(_State.DRAFT, _State.SENT, _State.ACKNOWLEDGED),
        order=90,
    )


def _invoice_verbs() -> None:
    slot, blocked = "invoice.actions", _in("blocked", "open")
    places.verb(
        slot,
        key="rematch",
        title=_("Match again"),
        service=invoice.rematch,
        model=Invoice,
        argument="invoice",
        roles=BUYER,
        when=blocked,
        icon="refresh",
    )
    places.verb(
        slot,
        key="approve",
        title=_("Let pass"),
        url_name="outsourcing:approve",
        roles=(Role.BUYER, Role.COST_ACCOUNTANT),
        when=_in("blocked"),
    )


def _elsewhere() -> None:
    places.panel(
        "order.tabs",
        key="outside",
        title=_("Outside"),
        url_name="outsourcing:order-panel",
        order=50,
        count=lambda one: (
            SubcontractLine.objects.filter(operation__order=one, cancelled=False).count() or None
        ),
    )
    begun = (Operation.State.PLANNED, Operation.State.RELEASED)
    places.verb(
        "operation.menu",
        key="send-out",
        title=_("Send out"),
        url_name="outsourcing:send-out",
        roles=DECIDES,
        icon="truck-delivery",
        order=50,
        when=lambda operation: operation.state in begun and not operation.outside,
    )
    places.verb(
        "operation.menu",
        key="bring-back",
        title=_("Bring back in house"),
        url_name="outsourcing:bring-back",
        roles=DECIDES,
        icon="arrow-back-up",
        order=51,
        when=lambda operation: operation.state in begun and operation.outside,
    )
