"""What the resources of BOM and route versions have in common: their life."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet
from strategies.facts import Activating
from strategies.models.version import VERSION_FLOW
from strategies.services import versions


class VersionViewSet(SheetViewSet):
    """What BOMs and routes have in common."""

    filters = {"item": "item__number", "site": "site__code", "state": "state", "version": "version"}
    searches, orderings = ("item__number", "item__name", "name"), ("item__number", "valid_from")
    order = ("item__number", "version", "id")
    key = "id"

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def submit(self, version: Any, by: Any) -> Any:
        """Ask for approval."""
        return versions.submit(version=version, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def approve(self, version: Any, by: Any) -> Any:
        """It may be used."""
        return versions.approve(version=version, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def reject(self, version: Any, by: Any) -> Any:
        """Back to its author."""
        return versions.reject(version=version, by=by)

    @verb(
        roles=EDITORS,
        flow=VERSION_FLOW,
        body=shapes.Activation,
        ask=lambda version, by: Activating(version=version, by=by),
    )
    def activate(self, version: Any, by: Any, replace: bool) -> Any:
        """Planning and new orders use it from now on."""
        return versions.activate(version=version, replace=replace, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def retire(self, version: Any, by: Any) -> Any:
        """Not to be used any more."""
        return versions.retire(version=version, by=by)
