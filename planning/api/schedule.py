"""REST of schedules, and the window of the Gantt."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

from p2p.core import runs
from p2p.core.access import Role, at_sites, require
from p2p.core.rest import RecordViewSet, verb
from p2p.core.rest.edge import EdgeViewSet
from planning import selectors, serializers
from planning.models import ScheduleRun
from planning.services import schedule
from strategies.models import Site

MOVER = (Role.PLANNER, Role.SUPERVISOR)
FAR = 100 * 366 * 24 * 60
"""Minutes from the origin beyond which nobody schedules."""


class ScheduleRunApi(RecordViewSet):
    queryset = ScheduleRun.objects.select_related("site")
    serializer_class = serializers.ScheduleRunSerializer
    key = "id"
    filters = {"state": "state", "site": "site__code"}
    orderings = ("id", "asked_at")
    order = ("-id",)
    site_path = "site__code"

    @verb(roles=MOVER, body=serializers.ScheduleInput, detail=False)
    def start(self, by: Any, **given: Any) -> Any:
        """Schedule all open orders of a site."""
        require(by, *MOVER, site=given["site"])
        return schedule.schedule(**given, by=by)

    @verb(roles=MOVER)
    def cancel(self, record: Any, by: Any) -> Any:
        """Stop it; nothing of it is stored."""
        return runs.cancel(run=record, by=by)


class GanttApi(EdgeViewSet):
    """The schedule of a site in columns of integers, for the canvas: see the Gantt's own README."""

    lookup_url_kwarg = "site"
    filters = ("from", "to")

    def retrieve(self, request: Request, site: str) -> HttpResponse:
        """A window of minutes: `?from=&to=`. Answers 304 while nothing in it has changed."""
        found = at_sites(Site.objects.filter(code=site), request.user, path="code").first()
        if found is None:
            raise Http404(_("There is no site {code}.").format(code=site))
        first, last = _minutes(request, "from"), _minutes(request, "to")
        payload = selectors.gantt(found, first=first, last=last)
        now = payload.pop("now")
        body = json.dumps(payload, separators=(",", ":"))
        tag = f'"{hashlib.blake2b(body.encode(), digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers=headers)
        whole = f'{{"now":{now},{body[1:]}'
        return HttpResponse(whole, content_type="application/json", headers=headers)


def _minutes(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return max(-FAR, min(FAR, int(float(text))))
    except (ValueError, OverflowError):
        raise exceptions.ValidationError({name: _("Give whole minutes since the origin.")}) from None
