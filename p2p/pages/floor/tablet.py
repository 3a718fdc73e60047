"""What every page of the tablet has: who may open it, its work centre, the plant's hour, a key for each entry."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from p2p.core import clock
from p2p.core.access import Role, at_sites
from p2p.core.web import formats
from p2p.core.web.page import Page, who
from p2p.core.web.scanning import scanner
from strategies.models import ResourceGroup, Worker

WORKERS = (Role.OPERATOR, Role.SUPERVISOR, Role.INSPECTOR)
"""Who may look."""
DOERS = (Role.OPERATOR, Role.SUPERVISOR)
"""Who may book work."""


class FloorPage(Page):
    """Base of the tablet's pages: for people of the floor, at one work centre kept in the session."""

    roles = WORKERS
    section = "floor"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = super().dispatch(request, *args, **kwargs)
        # Several people share a tablet: Back must show neither another person's page nor figures of an hour ago.
        add_never_cache_headers(answer)
        return answer

    @property
    def key(self) -> str:
        """A new key each time it is read: one for each form, so that an entry counts once however often it is sent."""
        return uuid4().hex

    @property
    def scanner(self) -> dict[str, Any]:
        """How the hand scanners here are set."""
        return scanner()

    @property
    def shift(self) -> int:
        """Seconds between the device's clock and the plant's: other than 0 only in a demonstration."""
        return int(clock.shifted().total_seconds())

    @property
    def hour(self) -> str:
        return formats.hour(clock.now())

    def groups(self) -> Any:
        rows = ResourceGroup.objects.filter(active=True).select_related("site").order_by("site", "code")
        return at_sites(rows, self.request.user, *WORKERS)

    def group(self) -> ResourceGroup | None:
        """The work centre of this tablet: chosen here, else the person's own."""
        chosen = self.request.session.get("floor_group")
        if chosen is None:
            worker = Worker.objects.filter(user=who(self.request), group__isnull=False).first()
            chosen = worker.group_id if worker else None
        found: ResourceGroup | None = self.groups().filter(pk=chosen).first() if chosen else None
        return found
