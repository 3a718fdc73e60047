"""Who may use a resource: everybody known may read unless it says otherwise, writing needs a named role."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from p2p.core.access import require
from p2p.core.models import ApiToken


class RoleAllowed(BasePermission):
    """Reads `read_roles`, `write_roles` and the roles of a verb from the view."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        writing = request.method not in SAFE_METHODS
        if isinstance(request.auth, ApiToken):
            _check_token(request.auth, view, writing=writing)
        roles = wanted_roles(view, writing=writing)
        if roles is not None:
            require(request.user, *roles)
        return True


def wanted_roles(view: Any, *, writing: bool) -> tuple[str, ...] | None:
    """The roles that would do; None: anybody logged in. Administrators may always."""
    of_verb = getattr(getattr(view, getattr(view, "action", None) or "", None), "verb_roles", None)
    if of_verb is not None:
        return tuple(of_verb)
    if writing:
        return tuple(getattr(view, "write_roles", ()))
    read = getattr(view, "read_roles", None)
    return tuple(read) if read else None


def _check_token(token: ApiToken, view: Any, *, writing: bool) -> None:
    if writing and token.power != ApiToken.Power.WRITE:
        raise PermissionDenied(_("The token {title} may only read.").format(title=token.title))
    app = type(view).__module__.removeprefix("p2p.").split(".")[0]
    if token.apps and app not in token.apps:
        raise PermissionDenied(_("The token {title} is not for {app}.").format(title=token.title, app=app))
