"""Pages of runs that fill themselves while they are open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from p2p.core.web.records import RecordPage


class WatchedPage(RecordPage):
    """Its body asks for itself until the run is over; then the head has to follow once, too."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = super().get(request, *args, **kwargs)
        if self.record.is_over and request.headers.get("HX-Target") == "record":
            answer.headers["HX-Trigger"] = "p2p:head"
        return answer
