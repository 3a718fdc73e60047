"""What the resources of BOM and route versions have in common: their life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions

from p2p.core import sites
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet
from strategies.facts import Activating, Reopening, VersionRetiring
from strategies.models.version import VERSION_FLOW
from strategies.services import versions
from strategies.services.versions import activate_many


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

    @verb(roles=EDITORS, flow=VERSION_FLOW, ask=lambda version, by: Reopening(version=version, by=by))
    def reopen(self, version: Any, by: Any) -> Any:
        """An approved version that nobody used is a draft again."""
        return versions.reopen(version=version, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW)
    def deactivate(self, version: Any, by: Any) -> Any:
        """It stays approved, and planning does not find it any more."""
        return versions.deactivate(version=version, by=by)

    @verb(roles=EDITORS, body=shapes.ManyVersions, detail=False)
    def activate_several(self, by: Any, versions: Sequence[int], replace: bool) -> Any:
        """Several versions at once, all or none."""
        rows = found(self, versions)
        return {"detail": activate_many(records=rows, replace=replace, by=by)}

    @verb(
        roles=EDITORS,
        flow=VERSION_FLOW,
        body=shapes.Activation,
        ask=lambda version, by: Activating(version=version, by=by),
    )
    def activate(self, version: Any, by: Any, replace: bool) -> Any:
        """Planning and new orders use it from now on."""
        return versions.activate(version=version, replace=replace, by=by)

    @verb(roles=EDITORS, flow=VERSION_FLOW, ask=lambda version, by: VersionRetiring(version=version, by=by))
    def retire(self, version: Any, by: Any) -> Any:
        """Not to be used any more."""
        return versions.retire(version=version, by=by)


def found(view: Any, keys: Sequence[int]) -> list[Any]:
    """The versions by id, in the order they were named; the first that is not there is named, and the first site
    where the user has no role."""
    rows = view.get_queryset().in_bulk(keys)
    for key in keys:
        if key not in rows:
            raise exceptions.ValidationError(
                {"versions": _("There is no version {key} here.").format(key=key)}
            )
    sites.require_at(view.request.user, view.queryset.filter(pk__in=keys), *EDITORS)
    return [rows[key] for key in keys]
