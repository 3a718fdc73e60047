"""REST of quality: control plans, inspections, their results, nonconformances."""

from __future__ import annotations

from typing import Any

from p2p.core.access import Role
from p2p.core.rest import RecordViewSet, Routes, verb
from quality import selectors, serializers
from quality.models import ControlPlan, Result
from quality.models.inspection import INSPECTION_FLOW
from quality.models.nonconformance import NCR_FLOW
from quality.models.plan import CONTROL_PLAN_FLOW
from quality.services import decide, dispose, nonconformance, plan
from quality.services.record import Reading, record

INSPECTOR = (Role.INSPECTOR,)
READER = (Role.INSPECTOR, Role.OPERATOR, Role.INTEGRATOR)
ENGINEER = (Role.ENGINEER, Role.INSPECTOR)


class PlanApi(RecordViewSet):
    queryset = ControlPlan.objects.all()
    serializer_class = serializers.PlanSerializer
    key = ("code", "version")
    filters = {
        "state": "state",
        "trigger": "trigger",
        "site": "site__code",
        "item": "item__number",
        "vendor": "vendor__number",
    }
    searches = ("code", "name")
    orderings = ("code", "version", "name")
    order = ("code", "version")
    site_path = "site__code"
    write_roles = ENGINEER
    record_name = "control_plan"
    adds = staticmethod(plan.draft)

    @verb(roles=ENGINEER, body=serializers.LinesInput)
    def set_lines(self, record: Any, by: Any, lines: list[dict[str, Any]]) -> Any:
        """Replace what a draft reads."""
        return plan.set_lines(control_plan=record, lines=[plan.PlanLine(**line) for line in lines], by=by)

    @verb(roles=ENGINEER, flow=CONTROL_PLAN_FLOW)
    def activate(self, record: Any, by: Any) -> Any:
        """Put a draft in force."""
        return plan.activate(control_plan=record, by=by)

    @verb(roles=ENGINEER, flow=CONTROL_PLAN_FLOW)
    def retire(self, record: Any, by: Any) -> Any:
        """Inspect by it no more."""
        return plan.retire(control_plan=record, by=by)

    @verb(roles=ENGINEER)
    def revise(self, record: Any, by: Any) -> Any:
        """Copy it as the next draft."""
        return plan.revise(control_plan=record, by=by)


class InspectionApi(RecordViewSet):
    queryset = selectors.inspections()
    serializer_class = serializers.InspectionSerializer
    filters = {
        "state": "state",
        "item": "item__number",
        "plan": "plan__code",
        "order_number": "operation__order__number",
        "replenishment": "replenishment__number",
        "lot": "lot__number",
        "opened_after": "opened_at__gte",
    }
    searches = ("number", "item__number", "operation__order__number", "replenishment__number", "lot__number")
    orderings = ("number", "opened_at", "decided_at")
    order = ("-opened_at",)
    site_path = "plan__site__code"

    @verb(roles=READER, body=serializers.RecordInput, answer=serializers.RecordAnswer)
    def record(self, record: Any, by: Any, readings: list[dict[str, Any]], **also: Any) -> Any:
        """Enter results; the answer carries the running verdict."""
        results = record_readings(record, readings, by, **also)
        return {"inspection": record.number, "verdict": selectors.verdict(record).value, "results": results}

    @verb(roles=INSPECTOR, body=serializers.NoteInput, flow=INSPECTION_FLOW)
    def accept(self, record: Any, by: Any, **given: Any) -> Any:
        """Every result is there and good."""
        return decide.accept(inspection=record, **given, by=by)

    @verb(roles=INSPECTOR, body=serializers.RejectInput, flow=INSPECTION_FLOW)
    def reject(self, record: Any, by: Any, **given: Any) -> Any:
        """Reject it; `quantity` raises a nonconformance at once."""
        return decide.reject(inspection=record, **given, by=by)

    @verb(roles=INSPECTOR, body=serializers.NeedsNoteInput, flow=INSPECTION_FLOW)
    def concede(self, record: Any, by: Any, note: str) -> Any:
        """Accept a rejected one with concession."""
        return decide.concede(inspection=record, note=note, by=by)

    @verb(roles=INSPECTOR, body=serializers.NoteInput, flow=INSPECTION_FLOW)
    def reopen(self, record: Any, by: Any, **given: Any) -> Any:
        """Open a decided one again."""
        return decide.reopen(inspection=record, **given, by=by)

    @verb(roles=INSPECTOR, body=serializers.NeedsNoteInput, flow=INSPECTION_FLOW)
    def cancel(self, record: Any, by: Any, note: str) -> Any:
        """Skip an open one, with the reason why."""
        return decide.cancel(inspection=record, note=note, by=by)


def record_readings(inspection: Any, readings: list[dict[str, Any]], by: Any, **also: Any) -> list[Result]:
    return record(inspection=inspection, readings=[Reading(**one) for one in readings], **also, by=by)


class ResultApi(RecordViewSet):
    queryset = Result.objects.all()
    serializer_class = serializers.ResultSerializer
    key = "id"
    filters = {
        "inspection": "inspection__number",
        "characteristic": "characteristic__code",
        "item": "inspection__item__number",
        "superseded": "superseded",
        "after": "effective_at__gte",
    }
    orderings = ("id", "effective_at")
    order = ("id",)
    site_path = "inspection__plan__site__code"


class NonConformanceApi(RecordViewSet):
    queryset = selectors.nonconformances()
    serializer_class = serializers.NonConformanceSerializer
    filters = {
        "state": "state",
        "disposition": "disposition",
        "item": "item__number",
        "inspection": "inspection__number",
        "site": "site__code",
    }
    site_path = "site__code"
    searches = ("number", "item__number", "note")
    orderings = ("number", "opened_at")
    order = ("-opened_at",)
    write_roles = (Role.INSPECTOR, Role.SUPERVISOR, Role.OPERATOR)
    adds = staticmethod(nonconformance.open_nonconformance)

    @verb(roles=INSPECTOR, body=serializers.DecideInput, flow=NCR_FLOW)
    def decide(self, record: Any, by: Any, **given: Any) -> Any:
        """Use as is, rework, scrap or return to the vendor."""
        return dispose.decide(nonconformance=record, **given, by=by)

    @verb(roles=INSPECTOR, body=serializers.NoteInput, flow=NCR_FLOW)
    def close(self, record: Any, by: Any, **given: Any) -> Any:
        """Everything that was decided is done."""
        return dispose.close(nonconformance=record, **given, by=by)


routes = Routes("quality")
routes.add("plans", PlanApi)
routes.add("inspections", InspectionApi)
routes.add("results", ResultApi)
routes.add("nonconformances", NonConformanceApi)
urlpatterns = routes.urls
