"""Where the operation library and route groups show themselves, and what a route offers besides its life."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role

ENGINEER = (Role.ENGINEER,)
IMPORTERS = (Role.ENGINEER, Role.INTEGRATOR)


def register() -> None:
    """Called once by AppConfig.ready."""
    nav = {"section": "strategies"}
    places.nav(**nav, title=_("Operation library"), url_name="strategies:library", order=32)
    places.nav(**nav, title=_("Route groups"), url_name="strategies:route-groups", order=34)
    places.verb(
        "route.actions",
        key="compare",
        title=_("Compare"),
        url_name="strategies:compare-route",
        page=True,
        order=60,
    )
    _lists()
    for key, title, name, danger in (
        ("edit", _("Edit"), "edit-standard", False),
        ("delete", _("Delete"), "delete-standard", True),
    ):
        places.verb(
            "standard.actions",
            key=key,
            title=title,
            url_name=f"strategies:{name}",
            roles=ENGINEER,
            danger=danger,
            primary=not danger,
        )


def _lists() -> None:
    for slot, title, name in (
        ("standards", _("New operation"), "new-standard"),
        ("routegroups", _("New route group"), "new-route-group"),
    ):
        places.verb(
            f"{slot}.actions",
            key="new",
            title=title,
            url_name=f"strategies:{name}",
            roles=ENGINEER,
            primary=True,
        )
        places.verb(
            f"{slot}.actions",
            key="import",
            title=_("Import"),
            url_name="strategies:new-import",
            page=True,
            icon="cloud-upload",
            roles=IMPORTERS,
        )
