"""What planning says when the left asks: which open documents count or want an item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, listen
from p2p.inventory.facts import CheckingLedger, Finding, Moved, Reversing
from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import unreserve
from p2p.inventory.task_facts import CrossDocking, TaskDone
from p2p.inventory.trace_facts import Expecting, Locating, Reviewing, Suspecting
from planning import takeover, tracing
from planning.checking import RULES
from planning.documents import moved_for_a_document, only_for_its_order
from planning.facts import (
    Cancelled,
    ClosedShort,
    DemandChanged,
    Firmed,
    OrderChanged,
    Replenished,
    Scheduled,
    Substituted,
    Unfirmed,
)
from planning.models import Demand, ProductionOrder, ReplenishmentOrder
from planning.selectors import coming
from planning.selectors.load import booked
from planning.selectors.waiting import waiting
from planning.services import kept_for, made_for, reserving, surplus
from planning.services.brought import keep_brought, keep_brought_later
from planning.tie_facts import StillToKeep
from strategies.facts import (
    GroupLoad,
    ItemsRecounting,
    ItemsRetiring,
    MeasuringCutOver,
    NamingMeasures,
    Reopening,
    VersionRetiring,
)
from strategies.models import BomVersion


def open_documents() -> list[tuple[Any, QuerySet[Any]]]:
    """(what it is called, its open rows) for everything that still wants an item."""
    return [
        (_("demand"), Demand.objects.filter(state="open", quantity__gt=F("delivered_quantity"))),
        (_("production order"), ProductionOrder.objects.filter(state__in=ProductionOrder.OPEN)),
        (_("purchase order"), ReplenishmentOrder.objects.filter(state__in=ReplenishmentOrder.OPEN)),
    ]


def wanted(asked: ItemsRetiring) -> Iterator[Refused]:
    """Items on open demand or orders stay in use. Three queries."""
    named = {item.pk: item for item in asked.items}
    sentence = _("{item} is still wanted by {what} {number}: end that first.")
    for what, rows in open_documents():
        for item, number in (
            rows.filter(item__in=named).order_by("item", "pk").distinct("item").values_list("item", "number")
        ):
            yield _no(sentence, "wanted", named[item], {"what": what, "number": number})


def counted(asked: ItemsRecounting) -> Iterator[Refused]:
    """Items of any demand or order, open or not, were counted in their unit. Three queries."""
    named = {item.pk: item for item in asked.items}
    sentence = _("{item} is counted by {what} {number} in its unit: make a new item to count otherwise.")
    for what, open_rows in open_documents():
        rows = open_rows.model.objects.filter(item__in=named)
        for item, number in rows.order_by("item", "pk").distinct("item").values_list("item", "number"):
            yield _no(sentence, "counted", named[item], {"what": what, "number": number})


def made_from(asked: Reopening) -> Iterator[Refused]:
    """What an order was made from stays as it was."""
    name = "bom" if isinstance(asked.version, BomVersion) else "route"
    order = ProductionOrder.objects.filter(**{name: asked.version.pk}).order_by("pk").first()
    if order is not None:
        yield Refused(
            _("{order} was made from {version}: copy it to a new version to change it."),
            code="used",
            about=asked.version,
            order=order.number,
            version=asked.version,
        )


def named(asked: VersionRetiring) -> Iterator[Refused]:
    """What open demand wants to be made from stays usable: without it the demand would wait for ever."""
    name = "bom_version" if isinstance(asked.version, BomVersion) else "route_version"
    open_lines = Demand.objects.filter(state="open", quantity__gt=F("delivered_quantity"))
    line = open_lines.filter(**{name: asked.version.pk}).order_by("pk").first()
    if line is not None:
        yield Refused(
            _("Demand {demand} wants to be made from {version}: let it name another one first."),
            code="wanted",
            about=asked.version,
            demand=line,
            version=asked.version,
        )


def _no(sentence: Any, code: str, item: Any, words: Mapping[str, Any]) -> Refused:
    field = "unit" if code == "counted" else ""
    return Refused(sentence, code=code, field=field, about=item, item=item.number, **words)


def claim_materials(fact: Firmed | Scheduled | OrderChanged) -> None:
    """Materials are reserved as soon as site, item or order say."""
    reserving.follow(orders=fact.orders, by=fact.by)


def claim_alternate(fact: Substituted) -> None:
    """The claim goes over to the alternate."""
    reserving.release(references=[fact.order.number], items=[fact.before], by=fact.by)
    reserving.follow(orders=[fact.order], by=fact.by)


def claim_nothing(fact: Cancelled | Unfirmed) -> None:
    """Orders that are no more keep no claim; what was reserved for one that is a proposal again is free."""
    numbers = fact.numbers if isinstance(fact, Unfirmed) else [order.number for order in fact.orders]
    reserving.release(references=numbers, by=fact.by)
    if isinstance(fact, Unfirmed):
        unreserve(reservations=list(Reservation.objects.filter(reference__in=numbers)), by=fact.by)


def keep_no_more_than_wanted(fact: OrderChanged | Substituted | DemandChanged) -> None:
    """Who wants less now, or something else, keeps less. One query where nothing is reserved for them."""
    if isinstance(fact, Substituted):
        surplus.of_orders(orders=[fact.order], by=fact.by)
    elif isinstance(fact, OrderChanged):
        surplus.of_orders(orders=fact.orders, by=fact.by)
    elif fact.step == "changed":
        surplus.of_demands(demands=fact.demands, by=fact.by)


def keep_for_its_need(fact: Replenished) -> None:
    """What was bought for one need is kept for it. No query where it was not."""
    came = [move for move in fact.moves if move.reverses_id is None]
    kept_for.keep(supply=fact.order, moves=came, by=fact.by)


def keep_for_its_need_later(fact: StillToKeep) -> None:
    """The need was in somebody's hands when it came."""
    kept_for.keep_later(supply=fact.supply, moves=fact.moves, by=fact.by)


def need_is_gone(fact: Cancelled | Substituted | DemandChanged | ClosedShort) -> None:
    """What is under way for a need that is no more is everybody's."""
    if isinstance(fact, Substituted):
        made_for.set_free(orders=[fact.order], item=fact.before, by=fact.by)
    elif isinstance(fact, Cancelled):
        made_for.set_free(orders=fact.orders, by=fact.by)
    else:
        gone = [one for one in fact.demands if one.state != Demand.State.OPEN]
        if gone:
            made_for.set_free(demands=gone, by=fact.by)


def check(_question: CheckingLedger) -> list[Finding]:
    """What orders and demand say of themselves must follow from moves."""
    found = []
    with connection.cursor() as cursor:
        for rule, sql in RULES.items():
            cursor.execute(sql)
            found += [
                Finding(rule, row, f"{row}: has {has}, should be {should}")
                for row, has, should in cursor.fetchall()
            ]
    return found


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("gather", CrossDocking, waiting)
    listen("tell", TaskDone, keep_brought)
    listen("later", TaskDone, keep_brought_later)
    listen("later", StillToKeep, keep_for_its_need_later)
    listen("ask", ItemsRetiring, wanted)
    listen("ask", ItemsRecounting, counted)
    listen("ask", Reopening, made_from)
    listen("ask", VersionRetiring, named)
    listen("ask", Reversing, moved_for_a_document)
    listen("tell", Moved, only_for_its_order)
    for fact in (Firmed, Scheduled, OrderChanged):
        listen("tell", fact, claim_materials)
    for over in (Cancelled, Unfirmed):
        listen("tell", over, claim_nothing)
    for changed in (OrderChanged, Substituted, DemandChanged):
        listen("tell", changed, keep_no_more_than_wanted)
    listen("tell", Substituted, claim_alternate)
    listen("tell", Replenished, keep_for_its_need)
    for gone in (Cancelled, Substituted, DemandChanged, ClosedShort):
        listen("tell", gone, need_is_gone)
    listen("gather", GroupLoad, booked)
    listen("gather", CheckingLedger, check)
    listen("gather", MeasuringCutOver, takeover.figures)
    listen("gather", NamingMeasures, takeover.measures)
    listen("gather", Locating, tracing.delivered)
    listen("gather", Expecting, coming.on_order)
    listen("gather", Reviewing, tracing.purchased)
    listen("gather", Suspecting, tracing.bought)
