"""What the floor does when apps on its left speak: cancelled orders free their stock, and the ledger is checked."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from execution import takeover, tracing
from execution.checking import RULES
from execution.facts import MaterialIssued, Reported
from execution.models import Downtime, PickLine, PickList
from execution.selectors import touched
from execution.services import giving_up, resized, set_aside, staging, swap
from execution.services.release import cancel_picks
from p2p.core import clock
from p2p.core.facts import Refused, listen
from p2p.inventory.facts import CheckingLedger, Finding, Unreserving
from p2p.inventory.task_facts import CrossDocking, ReservationsCarried
from p2p.inventory.trace_facts import Locating, Recalled, Recalling, RecallLifted, Reviewing, Suspecting
from planning.facts import Cancelled, Cancelling, OrderChanged, Substituted
from planning.tie_facts import SetAside
from strategies.facts import MeasuringCutOver, NamingMeasures, StandingStill


def nothing_done(fact: Cancelling) -> Iterator[Refused]:
    """What was picked or reported must be taken back before an order is cancelled."""
    for order in touched(fact.orders):
        yield Refused(
            _("Something was already picked or reported for {order}: take that back, or finish it."),
            code="touched",
            about=order,
            order=order.number,
        )


def free_stock(fact: Cancelled) -> None:
    """Cancelled orders keep no reservation."""
    cancel_picks(orders=fact.orders, by=fact.by)


def follow_alternate(fact: Substituted) -> None:
    """An open pick list takes the alternate, too."""
    swap.follow(order=fact.order, material=fact.material, instead_of=fact.instead_of, by=fact.by)


def lists_follow(fact: OrderChanged) -> None:
    """Open pick lists want what their orders want now."""
    resized.follow(orders=fact.orders, by=fact.by)


def ended_with_it(fact: MaterialIssued | Reported) -> None:
    """A component whose line ends with its first issue is not expected any more; it is again when the issue is taken
    back."""
    giving_up.line_goes_on(issued=fact.material_moves, by=fact.by)
    giving_up.line_ended(order=fact.order, issued=fact.material_moves, by=fact.by)


def on_a_list(fact: Unreserving) -> Iterator[Refused]:
    """What a pick list is to take is given back by taking the order back. One query."""
    rows = PickLine.objects.filter(
        reservation__in=[row.pk for row in fact.reservations], pick_list__state=PickList.State.OPEN
    )
    for line in rows.select_related("pick_list", "material__item", "pick_list__order").order_by("pk")[:1]:
        yield Refused(
            _("{item} is on pick list {pick_list} of {order}: take the order back from the floor instead."),
            code="on_pick_list",
            item=line.material.item.number,
            pick_list=line.pick_list.number,
            order=line.pick_list.order.number,
        )


def check(_question: CheckingLedger) -> list[Finding]:
    """What orders and operations say of themselves must follow from reports and moves."""
    found = []
    with connection.cursor() as cursor:
        for rule, sql in RULES.items():
            cursor.execute(sql)
            found += [
                Finding(rule, row, f"{row}: has {has}, should be {should}")
                for row, has, should in cursor.fetchall()
            ]
    return found


def standing(question: StandingStill) -> dict[int, tuple[int, int]]:
    """Resources with an open downtime. One query."""
    rows = Downtime.objects.filter(resource__site=question.site, ended_at__isnull=True)
    now = int(clock.now().timestamp())
    return {
        resource: (int(began_at.timestamp()), now)
        for resource, began_at in rows.order_by("resource").values_list("resource", "began_at")
    }


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("ask", Cancelling, nothing_done)
    listen("tell", Cancelled, free_stock)
    listen("ask", Unreserving, on_a_list)
    listen("tell", Substituted, follow_alternate)
    listen("tell", OrderChanged, lists_follow)
    listen("tell", MaterialIssued, ended_with_it)
    listen("tell", Reported, ended_with_it)
    listen("tell", Reported, set_aside.keep_for_its_need)
    listen("tell", SetAside, set_aside.onto_the_list)
    listen("gather", CheckingLedger, check)
    listen("gather", StandingStill, standing)
    listen("gather", CrossDocking, staging.waiting)
    listen("tell", ReservationsCarried, staging.follow)
    listen("gather", MeasuringCutOver, takeover.figures)
    listen("gather", NamingMeasures, takeover.measures)
    listen("gather", Locating, tracing.in_process)
    listen("gather", Reviewing, tracing.reported)
    listen("gather", Suspecting, tracing.worked_on)
    listen("ask", Recalling, tracing.keep_still)
    listen("tell", Recalled, tracing.block)
    listen("tell", RecallLifted, tracing.unblock)
