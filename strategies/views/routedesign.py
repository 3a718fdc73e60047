"""The designer of a route: the graph, what is chosen in it, and every change to it, as one fragment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from p2p.core import access, clock, sites
from p2p.core.access import Role
from p2p.core.digits import whole
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.core.web.page import Page, who
from strategies.engine.routing import Timeline
from strategies.forms import OperationForm
from strategies.models import RouteOperation, RouteVersion
from strategies.models.version import VersionState
from strategies.selectors.laidout import laid_out
from strategies.selectors.routes import operations_of, time_of
from strategies.services import library, routedrafts, routelinks, routeoperations
from strategies.services.halves import halves_stand_right
from strategies.services.routes import OperationInput, input_of
from strategies.views.graph import graph_of

NUMBERS = ("run_seconds", "run_quantity", "transfer_quantity", "scrap_fraction", "scrap_quantity")


def filled(row: RouteOperation) -> dict[str, Any]:
    """The values of an operation's form."""
    shown = {name: getattr(row, name) for name in OperationForm.base_fields if name != "follows"}
    numbers = {name: plain(shown[name]) for name in NUMBERS[1:] if shown[name] is not None}
    follows = sorted(link.before.number for link in row.links_before.select_related("before"))
    instead = row.alternate_of.number if row.alternate_of else None
    return {**shown, **numbers, "follows": ", ".join(map(str, follows)), "alternate_of": instead}


def input_from(form: Any, row: RouteOperation | None = None) -> tuple[OperationInput, list[int] | None]:
    """What a form asks for: the operation, and the numbers it waits for."""
    given = dict(form.cleaned_data)
    follows = given.pop("follows")
    return OperationInput(**given, standard=row.standard if row else None), follows


class RouteDesign(Page):
    """The designer's fragment; a post changes the draft and draws it anew, a refusal says why over it."""

    section = "strategies"
    template_name = "strategies/route_designer.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return self.draw()

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        access.require(request.user, Role.ENGINEER)
        sites.require_at_record(request.user, self.record, Role.ENGINEER)
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            return self.draw(problem=_("This page is older than the program: load it again."), status=409)
        try:
            said = act(self)
        except Refused as no:
            return self.draw(problem=str(no), status=409)
        except _Unreadable as no:
            return self.draw(form=no.form, status=422)
        self.__dict__.pop("record", None)
        return self.draw(said=said)

    @cached_property
    def record(self) -> RouteVersion:
        rows = RouteVersion.objects.select_related("item__unit", "site")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    # ---- what was asked

    def number(self, name: str) -> int | None:
        return whole(self.asked.get(name, ""))

    @property
    def asked(self) -> Mapping[str, Any]:
        return self.request.POST or self.request.GET

    @cached_property
    def chosen(self) -> int | None:
        """The number of the operation whose properties are open."""
        return self.number("open")

    @property
    def quantity(self) -> Decimal:
        try:
            asked = Decimal(self.asked.get("quantity", "") or "1")
        except InvalidOperation:
            return Decimal(1)
        return asked if asked.is_finite() and 0 < asked < 10**9 else Decimal(1)

    def drafted(self) -> dict[str, Any]:
        """What every service is given: the draft as the person saw it, and who."""
        return {"route": self.record, "revision": self.number("revision"), "by": who(self.request)}

    def operation(self, number: int | None) -> RouteOperation:
        row = self.record.operations.filter(number=number).select_related("route", "standard").first()
        if row is None:
            raise Refused(_("There is no operation {number}."), number=number or "")
        return row

    # ---- the answer

    def draw(self, *, problem: str = "", said: str = "", form: Any = None, status: int = 200) -> HttpResponse:
        context = self.context(form) | {"problem": problem, "said": said}
        return render(self.request, self.template_name, context, status=status)

    def context(self, form: Any = None) -> dict[str, Any]:
        route, rows = self.record, operations_of(self.record)
        mine = sites.may_at_record(self.request.user, route, Role.ENGINEER)
        editable = mine and route.state == VersionState.DRAFT
        time, done, trouble = self._time(rows)
        chosen = next((row for row in rows if row.number == self.chosen), None)
        graph = graph_of(rows, time, chosen=self.chosen, editable=editable) if rows else ""
        found = {
            "route": route,
            "rows": rows,
            "graph": graph,
            "time": time,
            "trouble": trouble,
            "editable": editable,
            "quantity": plain(self.quantity),
            "done": done,
            "lead": formats.duration(float(time.lead)) if time else "–",
            "critical": " → ".join(map(str, time.critical)) if time else "–",
            "can_undo": editable and route.edits.exists(),
        }
        return {**found, **(self._side(chosen, form, time) if chosen else {})}

    def _time(self, rows: Sequence[RouteOperation]) -> tuple[Timeline | None, datetime | None, str]:
        """How long the route takes, when it would be done were it begun now, and why one is not known; or what else
        would not let the draft be submitted."""
        time = done = None
        try:
            time = time_of(self.record, self.quantity, rows)
            done = laid_out(self.record, self.quantity, clock.now(), rows).done if rows else None
            halves_stand_right(self.record.item, rows)
        except Refused as no:
            return time, done, str(no)
        return time, done, ""

    def _side(self, row: RouteOperation, form: Any, time: Any) -> dict[str, Any]:
        timing = time.steps.get(row.number) if time else None
        return {
            "chosen": row,
            "form": form or OperationForm(initial=filled(row)),
            "timing": timing,
            "critical_one": bool(time and row.number in time.critical),
            "starts": formats.duration(float(timing.start)) if timing and timing.start else "0",
            "slack": formats.duration(float(timing.slack)) if timing and timing.slack else "–",
            "goes_in": plain(Decimal(round(float(timing.quantity), 3))) if timing else "–",
            "requirements": row.requirements.filter(secondary=None).select_related(
                "resource", "group", "capability", "skill"
            ),
            "secondaries": row.secondaries.prefetch_related(
                "requirements__resource", "requirements__group", "requirements__capability",
                "requirements__skill",
            ),
            "differs": bool(row.standard and (library.differences(row) or library.steps_differ(row))),
        }  # fmt: skip


class _Unreadable(Exception):
    def __init__(self, form: Any) -> None:
        super().__init__("the form has errors")
        self.form = form


# ---- changes: each calls one service and says what it did


def _connect(page: RouteDesign) -> str:
    before, after = _pair(page)
    hard = page.asked.get("hard") == "1"
    routelinks.connect(before=before, after=after, hard=hard, **page.drafted())
    words = _("{after} follows {before} at once.") if hard else _("{after} waits for {before}.")
    return words.format(before=before, after=after)


def _disconnect(page: RouteDesign) -> str:
    before, after = _pair(page)
    routelinks.disconnect(before=before, after=after, **page.drafted())
    return _("{after} does not wait for {before} any more.").format(before=before, after=after)


def _pair(page: RouteDesign) -> tuple[int, int]:
    before, after = page.number("before"), page.number("after")
    if before is None or after is None:
        raise Refused(_("Name the two operations of the link."), field="links")
    return before, after


def _beside(page: RouteDesign) -> str:
    number, beside = page.number("number") or 0, page.number("beside") or 0
    routelinks.put_beside(number=number, beside=beside, **page.drafted())
    return _("{number} goes on beside {beside}.").format(number=number, beside=beside)


def _between(page: RouteDesign) -> str:
    number, before, after = page.number("number") or 0, page.number("before"), page.number("after")
    routelinks.put_between(number=number, before=before, after=after, **page.drafted())
    return _("{number} moved.").format(number=number)


def _add(page: RouteDesign) -> str:
    alternate_of = page.number("alternate_of")
    row = routeoperations.add_operation(
        name=page.operation(alternate_of).name if alternate_of else _("New operation"),
        after=page.number("after") or _last(page),
        beside=page.number("beside"),
        alternate_of=alternate_of,
        **page.drafted(),
    )
    page.chosen = row.number
    return _("Operation {number} added: say what it is.").format(number=row.number)


def _last(page: RouteDesign) -> int | None:
    """Nothing chosen: behind the last operation, if there is one end only."""
    if page.number("beside") or page.number("alternate_of"):
        return None
    ends = page.record.operations.filter(links_after=None, alternate_of=None).values_list("number", flat=True)
    return ends[0] if len(ends) == 1 else None


def _remove(page: RouteDesign) -> str:
    row, given = page.operation(page.number("number")), page.drafted()
    del given["route"]
    routeoperations.remove_operation(operation=row, **given)
    if page.chosen == row.number:
        page.chosen = None
    return _("{number} {name} removed.").format(number=row.number, name=row.name)


def _save(page: RouteDesign) -> str:
    row, form = page.operation(page.chosen), OperationForm(page.request.POST)
    if not form.is_valid():
        raise _Unreadable(form)
    to, follows = input_from(form, row)
    if to == input_of(row) and sorted(follows or []) == sorted(
        row.links_before.values_list("before__number", flat=True)
    ):
        return ""
    try:
        routeoperations.change_operation(
            operation=row,
            to=to,
            follows=follows or [],
            revision=page.number("revision"),
            by=who(page.request),
        )
    except Refused as no:
        form.add_error(no.field if no.field in form.fields else None, str(no))
        raise _Unreadable(form) from no
    page.chosen = to.number
    return _("{number} {name} saved.").format(number=to.number, name=to.name)


def _undo(page: RouteDesign) -> str:
    routedrafts.undo(**page.drafted())
    return _("Taken back.")


def _renumber(page: RouteDesign) -> str:
    chosen = page.operation(page.chosen) if page.chosen else None
    routeoperations.renumber(**page.drafted())
    if chosen:
        chosen.refresh_from_db()
        page.chosen = chosen.number
    return _("Counted 10, 20, 30 in the order of work.")


ACTS: Mapping[str, Callable[[RouteDesign], str]] = {
    "connect": _connect,
    "disconnect": _disconnect,
    "beside": _beside,
    "between": _between,
    "add": _add,
    "remove": _remove,
    "save": _save,
    "undo": _undo,
    "renumber": _renumber,
}
