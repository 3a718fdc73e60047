"""`/healthz` for containers and balancers: asked without the proxy, so ahead of host checks and redirects."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from p2p.setup.trouble import Trouble


class Health:
    """200 while this process reaches its database, else 503."""

    def __init__(self, further: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.further = further

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != "/healthz":
            return self.further(request)
        try:
            connection.close_if_unusable_or_obsolete()
            with connection.cursor() as cursor:
                cursor.execute("select 1")
        except (Error, Trouble):
            return HttpResponse("database unreachable\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain")
