"""The addresses of an app's resources."""

from __future__ import annotations

from typing import Any

from rest_framework.routers import SimpleRouter


class Routes:
    """`routes = Routes("planning"); routes.add("orders", OrderApi); urlpatterns = routes.urls`."""

    def __init__(self, app: str) -> None:
        self.app = app
        self.router = SimpleRouter()

    def add(self, path: str, view: type[Any]) -> None:
        """Mount a view set at /api/v1/<app>/<path>/; its url names are `api-<app>-<path>-list`, `-detail`, ..."""
        self.router.register(path, view, basename=f"api-{self.app}-{path}")

    @property
    def urls(self) -> list[Any]:
        """For `urlpatterns`."""
        return list(self.router.urls)
