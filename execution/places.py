"""Where the floor shows itself: in the rail, on its own pages, on orders and operations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from execution import selectors
from execution.facts import Ending, Finishing, FinishingOperation, Releasing
from execution.half_finished import is_half_finished
from execution.labels import brought
from execution.models import Downtime, PickList, Report
from execution.models.pick import PICK_FLOW
from execution.services import finish, pick, release, reserve, start
from p2p.core import places
from p2p.core.access import Role
from p2p.core.facts import Fact, objections
from p2p.core.flow import Flow
from p2p.core.web import journal, states
from planning.models import Operation, ProductionOrder
from planning.models.operation import OPERATION_FLOW
from planning.models.order import ORDER_FLOW

SUPERVISOR = (Role.SUPERVISOR,)
FLOOR = (Role.OPERATOR, Role.SUPERVISOR)


def register() -> None:
    """Called once by AppConfig.ready."""
    states.name("running", colour="started", label=_("Running"))
    _rail()
    _order()
    _order_beside()
    _item()
    _operation()
    _documents()
    _words()


def _count(rows: Any) -> int | None:
    return rows.count() or None


def _rail() -> None:
    for place, (title, name, count, hot) in enumerate(
        (
            (_("Release"), "to-release", lambda user: _count(selectors.releasable()), False),
            (
                _("Work list"),
                "dispatch",
                lambda user: _count(Operation.objects.filter(state="started")),
                False,
            ),
            (
                _("Pick lists"),
                "pick-lists",
                lambda user: _count(PickList.objects.filter(state="open")),
                False,
            ),
            (_("Reports"), "reports", None, False),
            (_("Scrap"), "scrap", None, False),
            (_("Downtime"), "downtimes", lambda user: _count(Downtime.objects.filter(ended_at=None)), True),
        ),
        start=1,
    ):
        places.nav(
            section="execution",
            title=title,
            url_name=f"execution:{name}",
            order=10 * place,
            count=count,
            hot=hot,
        )


def _against(flow: Flow, step: str, ask: Any = None) -> Any:
    """What speaks against a step: the state first, then everybody on the right."""

    def sentences(record: Any) -> list[str]:
        refusal = flow.refusal(record, step)
        if refusal is not None:
            return [str(refusal)]
        question: Fact | None = ask(record) if ask else None
        return objections(question) if question else []

    return sentences


def _in(*wanted: str) -> Any:
    return lambda record: record.state in wanted


def _one(service: Any) -> Any:
    """A service for many orders as the button of one."""

    def act(*, order: ProductionOrder, by: Any) -> Any:
        return service(orders=[order], by=by)

    return act


def _order() -> None:
    slot, order = "order.actions", ProductionOrder
    places.verb(
        slot, key="release", title=_("Release"), url_name="execution:release", roles=SUPERVISOR, primary=True, order=10,
        when=_in("firm", "scheduled"), icon="player-play",
        objections=_against(ORDER_FLOW, "release", lambda one: Releasing(orders=(one,))),
    )  # fmt: skip
    places.verb(
        slot, key="finish", title=_("Finish"), service=_one(finish.finish), model=order, argument="order",
        roles=SUPERVISOR, primary=True, order=11, when=_in("released", "started"),
        confirm=_("Finish the order? Operations that are still open are finished with it."),
        objections=_against(ORDER_FLOW, "finish", lambda one: Finishing(orders=(one,))),
    )  # fmt: skip
    places.verb(
        slot, key="end", title=_("End"), service=_one(finish.end), model=order, argument="order", roles=SUPERVISOR,
        primary=True, order=12, when=_in("finished"),
        confirm=_("Close the order for good? Nothing can be reported or taken back afterwards."),
        objections=_against(ORDER_FLOW, "end", lambda one: Ending(orders=(one,))),
    )  # fmt: skip
    places.panel(
        "order.tabs", key="floor", title=_("Floor"), url_name="execution:order-floor", order=20,
        count=lambda one: _count(Report.objects.filter(operation__order=one)),
    )  # fmt: skip
    places.panel("order.tabs", key="issues", title=_("Issues"), url_name="execution:order-issues", order=21)
    places.panel(
        "order.tabs", key="reserved", title=_("Reserved"), url_name="execution:order-reserved", order=21
    )
    places.panel("order.tabs", key="trace", title=_("Trace"), url_name="execution:order-trace", order=22)


def _item() -> None:
    places.panel(
        "item.overview", key="between", title=_("Between operations"), url_name="execution:item-between", order=12,
        when=is_half_finished,
    )  # fmt: skip


def _order_beside() -> None:
    slot, order = "order.actions", ProductionOrder
    places.verb(
        slot, key="traveller", title=_("Traveller"), url_name="execution:traveller", page=True, order=40,
        icon="printer",
    )  # fmt: skip
    places.verb(
        slot, key="label", title=_("Label"), url_name="execution:label", page=True, order=41, icon="printer"
    )
    places.verb(
        slot, key="reserve", title=_("Reserve materials"), service=reserve.reserve_materials, model=order,
        argument="order", roles=(Role.PLANNER, *SUPERVISOR), order=45,
        when=_in("firm", "scheduled", "released", "started"),
    )  # fmt: skip
    places.verb(
        slot, key="reopen", title=_("Reopen"), service=_one(finish.reopen), model=order, argument="order",
        roles=SUPERVISOR, order=70, when=_in("finished"),
    )  # fmt: skip
    places.verb(
        slot, key="unrelease", title=_("Take back from the floor"), service=_one(release.unrelease), model=order,
        argument="order", roles=SUPERVISOR, order=71, when=_in("released"), objections=_against_unrelease,
    )  # fmt: skip


def _against_unrelease(order: ProductionOrder) -> list[str]:
    if selectors.touched([order]):
        return [str(_("Something was already picked or reported: take that back first."))]
    return []


def _operation() -> None:
    slot, model = "operation.menu", Operation
    opened = _in("released", "started")
    places.verb(
        slot, key="report", title=_("Report"), url_name="execution:report", roles=FLOOR, primary=True, order=10,
        when=lambda one: opened(one) and not one.outside, icon="check",
    )  # fmt: skip
    places.verb(
        slot, key="start", title=_("Start"), url_name="execution:start", roles=FLOOR, order=11,
        when=lambda one: opened(one) and not one.outside, icon="player-play",
    )  # fmt: skip
    places.verb(
        slot, key="stop", title=_("Clock off"), service=start.stop, model=model, argument="operation", roles=FLOOR,
        order=12, when=_in("started"),
    )  # fmt: skip
    places.verb(
        slot, key="finish", title=_("Finish operation"), service=finish.finish_operation, model=model,
        argument="operation", roles=FLOOR, order=13, when=opened,
        objections=_against(OPERATION_FLOW, "finish", lambda one: FinishingOperation(operations=(one,))),
    )  # fmt: skip
    places.verb(
        slot, key="reopen", title=_("Reopen operation"), service=finish.reopen_operation, model=model,
        argument="operation", roles=SUPERVISOR, order=14, when=_in("finished"),
    )  # fmt: skip


def _something_picked(one: PickList) -> bool:
    return one.state == "picked" or (one.state == "open" and one.lines.filter(picked_quantity__gt=0).exists())


def _documents() -> None:
    slot, model = "pick-list.actions", PickList
    places.verb(
        slot, key="pick", title=_("Pick all"), service=pick.pick, model=model, argument="pick_list", roles=FLOOR,
        primary=True, order=10, icon="check", when=_in("open"), objections=_against(PICK_FLOW, "pick"),
    )  # fmt: skip
    places.verb(
        slot, key="part", title=_("Pick in part"), url_name="execution:pick-part", roles=FLOOR, order=11,
        when=_in("open"),
    )  # fmt: skip
    places.verb(
        slot,
        key="paper",
        title=_("Print"),
        url_name="execution:pick-paper",
        page=True,
        order=20,
        icon="printer",
    )
    places.verb(
        slot, key="unpick", title=_("Bring everything back"), service=pick.unpick, model=model, argument="pick_list",
        roles=SUPERVISOR, order=30, when=_something_picked,
        confirm=_("Bring everything picked from this list back to its place?"),
    )  # fmt: skip
    places.verb(
        "report.actions", key="labels", title=_("Labels"), url_name="execution:report-labels", page=True, order=20,
        icon="printer", when=lambda report: bool(brought(report)),
    )  # fmt: skip
    places.verb(
        "report.actions", key="undo", title=_("Undo"), url_name="execution:undo", roles=FLOOR, danger=True, order=10,
        when=lambda one: one.reverses_id is None and not getattr(one, "undone", False),
    )  # fmt: skip
    places.verb(
        "downtimes.actions", key="down", title=_("Report a stop"), url_name="execution:went-down", roles=FLOOR,
        primary=True, order=10,
    )  # fmt: skip


def _words() -> None:
    said = {
        "Released": _("sent it to the floor"),
        "Unreleased": _("took it back from the floor"),
        "WorkStarted": _("began to work on it"),
        "OperationFinished": _("finished the operation"),
        "OperationReopened": _("reopened the operation"),
        "Finished": _("finished the order"),
        "Reopened": _("reopened the order"),
        "Ended": _("closed the order for good"),
        "CameUp": _("works again"),
    }
    for fact, words in said.items():
        journal.phrase(f"execution.{fact}", lambda _said, words=words: words)
    journal.phrase(
        "execution.Reported",
        lambda told: _("reported {good} good, {scrap} scrap ({report})").format(
            good=told.get("good", "0"), scrap=told.get("scrap", "0"), report=told.get("report", "")
        ),
    )
    journal.phrase(
        "execution.MaterialIssued",
        lambda told: _("brought components back") if told.get("reversed") else _("issued components"),
    )
    journal.phrase(
        "execution.PickedShort",
        lambda told: _("found {missing} of {item} too little at {place}: {reason} ({pick_list})").format(
            **{name: told.get(name, "") for name in ("missing", "item", "place", "reason", "pick_list")}
        ),
    )
    journal.phrase(
        "execution.MaterialKept",
        lambda told: _("kept {kept} of {item}, gave {freed} of it back").format(
            **{name: told.get(name, "") for name in ("kept", "item", "freed")}
        ),
    )
    journal.phrase(
        "execution.WentDown", lambda told: _("went down: {reason}").format(reason=told.get("reason", ""))
    )
