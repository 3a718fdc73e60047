"""What the BOM designer sends: one change at a time, with the revision it was made on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from p2p.core.access import Role, require
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.core.sites import require_at_record
from p2p.core.web.page import Page, who
from strategies.forms.cells import Cells, pasted
from strategies.models import BomLine, BomVersion
from strategies.services import designing
from strategies.services.bom_inputs import LineInput
from strategies.views.bom_rows import ROWS, row_of

NEW_CELLS = {
    "component": "component",
    "quantity": "quantity",
    "unit": "unit",
    "operation": "operation_number",
}
MOST = 5000
"""Rows that one paste may bring."""


class Edit(Page):
    """POST one change as JSON; GET tells the revision, for pages that are open while others work."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        bom = get_object_or_404(BomVersion, pk=pk)
        label = BomVersion._meta.label_lower
        last = Journal.objects.filter(record_type=label, record_id=pk).select_related("by").last()
        by = last.by if last else None
        mine = by is not None and by.pk == who(request).pk
        text = _("{who} changed this draft: what you see is older.").format(who=by or _("Somebody"))
        return JsonResponse({"revision": bom.revision, "text": "" if mine else text})

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        require(request.user, Role.ENGINEER)
        bom = get_object_or_404(BomVersion.objects.select_related("item__unit", "site__currency"), pk=pk)
        require_at_record(request.user, bom, Role.ENGINEER)
        try:
            asked = json.loads(request.body)
        except ValueError:
            raise Http404 from None
        work = WORK.get(asked.get("do", "")) if isinstance(asked, dict) else None
        if work is None:
            raise Http404
        try:
            return JsonResponse({**work(request, bom, asked), "revision": bom.revision})
        except ValidationError as wrong:
            return _no(" ".join(wrong.messages), asked.get("field", ""), 422)
        except Refused as no:
            stale = no.code == "changed_meanwhile"
            return _no(str(no), no.field or asked.get("field", ""), 409, stale=stale)


def _no(text: str, field: str, status: int, *, stale: bool = False) -> JsonResponse:
    return JsonResponse({"text": text, "field": field, "stale": stale}, status=status)


def _revision(asked: dict[str, Any]) -> int:
    found = asked.get("revision")
    if not isinstance(found, int):
        raise Http404
    return found


def _line(bom: BomVersion, key: Any) -> BomLine:
    rows = bom.lines.select_related("component__unit", "unit", "bom__item")
    line = rows.filter(pk=key).first() if isinstance(key, int) else None
    if line is None:
        raise Refused(_("The line is not there any more."), code="gone")
    return line


def _change(request: HttpRequest, bom: BomVersion, asked: dict[str, Any]) -> dict[str, Any]:
    line, field = _line(bom, asked.get("line")), str(asked.get("field", ""))
    value = Cells().read(field, str(asked.get("value", "")))
    line = designing.change(line=line, changes={field: value}, revision=_revision(asked), by=who(request))
    bom.revision = line.bom.revision if line.bom_id == bom.pk else bom.revision
    bom.refresh_from_db(fields=["revision"])
    if field in ("operation_number", "position"):
        return {"renew": True, "line": line.pk}
    shown, row = row_of(request, bom, line.pk)
    drawn = render_to_string(ROWS, {"rows": [row], "shown": shown, "record": bom})
    return {
        "line": line.pk,
        "row": drawn,
        "figures": render_to_string("strategies/designer_sums.html", {"shown": shown}),
    }


def _add(request: HttpRequest, bom: BomVersion, asked: dict[str, Any]) -> dict[str, Any]:
    cells, given = Cells(), {}
    for asked_as, field in NEW_CELLS.items():
        try:
            given[field] = cells.read(field, str(asked.get(asked_as) or ""))
        except ValidationError as wrong:
            asked["field"] = asked_as
            raise wrong
    line = LineInput(**given)
    after = _line(bom, asked["after"]) if asked.get("after") else None
    made = designing.add(bom=bom, lines=[line], after=after, revision=_revision(asked), by=who(request))
    return {"renew": True, "line": made[0].pk}


def _paste(request: HttpRequest, bom: BomVersion, asked: dict[str, Any]) -> dict[str, Any]:
    rows = pasted(str(asked.get("text", "")))
    if len(rows) > MOST:
        raise ValidationError(_("Paste at most {most} rows at a time, or import the file.").format(most=MOST))
    after = _line(bom, asked["after"]) if asked.get("after") else None
    lines = [LineInput(**row) for row in rows]
    made = designing.add(bom=bom, lines=lines, after=after, revision=_revision(asked), by=who(request))
    text = ngettext("{count} line added.", "{count} lines added.", len(made)).format(count=len(made))
    return {"renew": True, "line": made[0].pk, "said": text}


def _remove(request: HttpRequest, bom: BomVersion, asked: dict[str, Any]) -> dict[str, Any]:
    line = _line(bom, asked.get("line"))
    designing.remove(bom=bom, lines=[line.pk], revision=_revision(asked), by=who(request))
    return {"renew": True, "said": _("{item} removed. Ctrl+Z brings it back.").format(item=line.component)}


def _move(request: HttpRequest, bom: BomVersion, asked: dict[str, Any]) -> dict[str, Any]:
    line = _line(bom, asked.get("line"))
    after = _line(bom, asked["after"]) if asked.get("after") else None
    operation = asked.get("operation")
    designing.move(
        bom=bom,
        lines=[line.pk],
        after=after,
        operation_number=operation if isinstance(operation, int) else None,
        revision=_revision(asked),
        by=who(request),
    )
    return {"renew": True, "line": line.pk}


def _undo(request: HttpRequest, bom: BomVersion, asked: dict[str, Any]) -> dict[str, Any]:
    edit = designing.undo(bom=bom, revision=_revision(asked), by=who(request))
    return {"renew": True, "said": _("Taken back: {change}.").format(change=edit.said)}


Work = Callable[[HttpRequest, BomVersion, dict[str, Any]], dict[str, Any]]
WORK: dict[str, Work] = {
    "change": _change,
    "add": _add,
    "paste": _paste,
    "remove": _remove,
    "move": _move,
    "undo": _undo,
}
