"""The core's resources: runs of every kind, the change feed, tokens, webhooks, people."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import Routes
from p2p.core.rest.events import EventApi
from p2p.core.rest.runs import RunApi

routes = Routes("core")
routes.add("runs", RunApi)
routes.add("events", EventApi)
urlpatterns: list[Any] = routes.urls
