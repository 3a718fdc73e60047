"""What every resource of master data has: a bulk upsert through the sheet that imports use."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role
from p2p.core.rest import RecordViewSet
from strategies.services.importer import Outcome, take_rows

EDITORS = (Role.ENGINEER, Role.INTEGRATOR)
BUYERS = (Role.BUYER, *EDITORS)


def hold(record: Any, path: str) -> None:
    """Lock the row that services lock first: what a change leaves as it is, is read from now on."""
    for name in path.split("__") if path else ():
        record = getattr(record, name)
    rows = type(record)._base_manager.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk=record.pk).values_list("pk"))


class SheetViewSet(RecordViewSet):
    """`sheet` names the sheet of the importer that the bulk upsert goes through: the same columns, the same
    checks, the same sentences. `holds` leads to the record whose row services lock first, the version of a line;
    the record itself where it is empty."""

    sheet: ClassVar[str] = ""
    holds: ClassVar[str] = ""
    write_roles = EDITORS

    @transaction.atomic
    def partial_update(self, request: Request, number: str) -> Response:
        """Change the fields that are given, through the service; nobody's change in between is lost."""
        hold(self.get_object(), self.holds)
        return super().partial_update(request, number)

    @action(detail=False, methods=["post"], url_path="bulk")
    def bulk(self, request: Request) -> Response:
        """Add or change many records by natural key: a JSON list of rows with the columns of the import
        sheet, or CSV. All or nothing; with `?partial=1` good rows are saved; with `?dry_run=1` nothing is."""
        rows = request.data
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise exceptions.ValidationError({"": _("Send a list of rows, with at least one.")})
        if nested := {
            f"[{index}].{name}": _("A text, a number, true, false or null belongs here.")
            for index, row in enumerate(rows)
            for name, value in row.items()
            if isinstance(value, (list, dict))
        }:
            raise exceptions.ValidationError(nested)
        dry_run = request.query_params.get("dry_run") in {"1", "true"}
        partly = request.query_params.get("partial") in {"1", "true"}
        outcome = take_rows(
            sheet=self.sheet,
            rows=rows,
            partly=partly,
            dry_run=dry_run,
            roles=self.write_roles,
            by=request.user,
        )
        good = outcome.saved or (dry_run and not outcome.errors)
        return Response(_told(outcome, self.sheet, good=good), status=200 if good else 400)


def _told(outcome: Outcome, sheet: str, *, good: bool) -> dict[str, Any]:
    # Of what was refused as a whole nothing is added, however many lines of it were right.
    tally = outcome.tallies.get(sheet) if good else None
    counts = tally.as_json() if tally else {}
    problems = [
        {"line": one.line, "field": one.column, "detail": one.text, "code": one.code, "level": one.level}
        for one in outcome.problems
    ]
    body: dict[str, Any] = {
        "saved": outcome.saved,
        "added": counts.get("created", 0),
        "changed": counts.get("changed", 0),
        "unchanged": counts.get("unchanged", 0),
        "errors": outcome.errors,
        "problems": problems,
    }
    wrong = next((one for one in outcome.problems if one.is_error), None)
    if wrong is not None:
        line = _("Line {line}").format(line=wrong.line) if wrong.line else ""
        place = ", ".join(part for part in (line, wrong.column) if part)
        body |= {"code": "invalid", "detail": f"{place}: {wrong.text}" if place else wrong.text}
    return body


def of_sheet(view: Any, request: Request, sheet: str) -> Response:
    """The bulk upsert of a sheet that has no address of its own."""
    view.sheet = sheet
    answer: Response = SheetViewSet.bulk(view, request)
    return answer
