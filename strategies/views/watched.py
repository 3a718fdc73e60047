"""Pages of runs that fill themselves while they are open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from p2p.core.web.records import RecordPage


class WatchedPage(RecordPage):
    """Its body asks for itself until the run is over, saying in which state it was drawn (`?seen=`); whenever that
    has changed the head has to follow."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = super().get(request, *args, **kwargs)
        seen = request.GET.get("seen")
        if seen is not None and seen != self.record.state:
            answer.headers["HX-Trigger"] = "p2p:head"
        return answer
