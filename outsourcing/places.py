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
    _door_verbs()
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
    _form_verb("paper", _("PDF"), 10, None, roles=MONEY_ROLES, icon="printer")
    _form_verb("acknowledge", _("Acknowledge"), 20, _in(_State.SENT), roles=BUYER, primary=True)
    at_work = _in(_State.ACKNOWLEDGED, _State.IN_WORK)
    _form_verb("promise", _("New promise"), 60, at_work, roles=BUYER)
    unsent = _in(_State.DRAFT, _State.SENT, _State.ACKNOWLEDGED)
    _form_verb("withdraw", _("Withdraw"), 90, unsent, roles=BUYER, page=False, danger=True)


def _door_verbs() -> None:
    _form_verb(
        "send-material",
        _("Send material"),
        30,
        _in(*selectors.WITH_VENDOR),
        icon="transfer-out",
        objections=lambda one: objections(Dispatching(order=one)),
    )
    _form_verb(
        "receive",
        _("Receive"),
        40,
        _in(_State.ACKNOWLEDGED, _State.IN_WORK),
        primary=True,
        icon="transfer-in",
        objections=lambda one: objections(Receiving(order=one)),
    )
    billable = _in(_State.IN_WORK, _State.RECEIVED)
    _form_verb("enter-invoice", _("Enter invoice"), 50, billable, roles=BUYER, icon="receipt")


def _form_verb(key: str, title: Any, position: int, when: Any, **also: Any) -> None:
    """A button that opens the form of the step: a page, for it has a row for each line."""
    options = {"roles": DOOR, "page": True, **also}
    places.verb(
        "subcontract.actions",
        key=key,
        title=title,
        url_name=f"outsourcing:{key}",
        order=position,
        when=when,
        **options,
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
