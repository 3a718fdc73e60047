"""The core's resources: runs of every kind, the change feed, files and comments, tokens, webhooks, people."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import Routes
from p2p.core.rest.annex import AttachmentApi, CommentApi, NoticeApi
from p2p.core.rest.events import EventApi
from p2p.core.rest.programs import DeliveryApi, GrantApi, TokenApi, UserApi, WebhookApi
from p2p.core.rest.runs import RunApi

routes = Routes("core")
routes.add("runs", RunApi)
routes.add("events", EventApi)
routes.add("attachments", AttachmentApi)
routes.add("comments", CommentApi)
routes.add("notices", NoticeApi)
routes.add("tokens", TokenApi)
routes.add("webhooks", WebhookApi)
routes.add("deliveries", DeliveryApi)
routes.add("users", UserApi)
routes.add("grants", GrantApi)
urlpatterns: list[Any] = routes.urls
