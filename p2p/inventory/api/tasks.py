"""REST of the work with stock: tasks, calls of kanban cards, filling up, transfers."""

from __future__ import annotations

from typing import Any

from p2p.core.access import Role, require
from p2p.core.rest import RecordViewSet, verb
from p2p.core.sites import require_at
from p2p.inventory.models import StockTask
from p2p.inventory.models.task import TASK_FLOW
from p2p.inventory.selectors.tasks import tasks as every
from p2p.inventory.serializers import tasks as shapes
from p2p.inventory.services import supply, task_work, tasks

DOERS = (Role.OPERATOR, Role.SUPERVISOR, Role.INTEGRATOR)
LEADERS = (Role.SUPERVISOR, Role.INTEGRATOR)


class TaskApi(RecordViewSet):
    """Work with stock that is to be done, or was."""

    queryset = every()
    serializer_class = shapes.TaskSerializer
    key = "number"
    filters = {
        "site": "site__code",
        "kind": "kind",
        "state": "state",
        "item": "item__number",
        "source": "source__code",
        "target": "target__code",
        "reference": "reference",
        "waits_for": "waits_for",
        "started_by": "started_by__username",
    }
    searches = ("number", "item__number", "item__name", "reference", "lot__number")
    orderings = ("number", "priority", "due_at", "created_at")
    order = ("-number",)
    site_path = "site__code"
    write_roles = DOERS
    adds = staticmethod(tasks.create_one)

    @verb(roles=DOERS, flow=TASK_FLOW)
    def start(self, record: Any, by: Any) -> Any:
        """Take it on."""
        return tasks.start(tasks=[record], by=by)[0]

    @verb(roles=DOERS, flow=TASK_FLOW)
    def put_back(self, record: Any, by: Any) -> Any:
        """Let anybody take it on again."""
        return tasks.put_back(tasks=[record], by=by)[0]

    @verb(roles=DOERS, body=shapes.DoInput, flow=TASK_FLOW, step="finish")
    def do(self, record: Any, by: Any, **given: Any) -> Any:
        """Bring it, whole or in part."""
        return task_work.do(task=record, **given, by=by)

    @verb(roles=DOERS)
    def undo(self, record: Any, by: Any) -> Any:
        """Take back what was brought last."""
        return task_work.undo(task=record, by=by)

    @verb(roles=LEADERS, flow=TASK_FLOW)
    def cancel(self, record: Any, by: Any) -> Any:
        """What is left of it is not done."""
        return tasks.cancel(tasks=[record], by=by)[0]

    @verb(roles=LEADERS, body=shapes.AssignInput)
    def assign(self, record: Any, by: Any, **given: Any) -> Any:
        """Give it to somebody."""
        return tasks.assign(tasks=[record], **given, by=by)[0]

    @verb(roles=LEADERS, body=shapes.TasksInput, answer=shapes.TaskSerializer, detail=False)
    def cancel_many(self, by: Any, **given: Any) -> Any:
        """What is left of several is not done; all or none."""
        require_at(by, StockTask.objects.filter(pk__in=[row.pk for row in given["tasks"]]), *LEADERS)
        return tasks.cancel(**given, by=by)

    @verb(roles=DOERS, body=shapes.CallInput, answer=shapes.TaskSerializer, detail=False)
    def call(self, by: Any, **given: Any) -> Any:
        """The card of an empty bin was scanned."""
        require(by, *DOERS, site=supply.site_of(card=given["card"], site=given.get("site")))
        return supply.call(**given, by=by)

    @verb(roles=LEADERS, body=shapes.ReplenishInput, answer=shapes.TaskSerializer, detail=False)
    def replenish(self, by: Any, **given: Any) -> Any:
        """Fill every line-side place of a site that is below its minimum."""
        return supply.replenish(**given, by=by)

    @verb(roles=DOERS, body=shapes.TransferInput, answer=shapes.TaskSerializer, detail=False)
    def carry(self, by: Any, **given: Any) -> Any:
        """Move stock at once, without anybody having asked for it."""
        require(by, *DOERS, site=given["source"].site)
        return task_work.carry_now(**given, by=by)
