"""Who may: roles granted everywhere or at one site. Asked at the edges; services do not ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from p2p.core.models import User

Row = TypeVar("Row", bound=models.Model)


class Role(models.TextChoices):
    """What a person does in the plant."""

    ENGINEER = "engineer", gettext_lazy("Engineer")
    PLANNER = "planner", gettext_lazy("Planner")
    SUPERVISOR = "supervisor", gettext_lazy("Supervisor")
    OPERATOR = "operator", gettext_lazy("Operator")
    BUYER = "buyer", gettext_lazy("Buyer")
    INSPECTOR = "inspector", gettext_lazy("Inspector")
    COST_ACCOUNTANT = "cost_accountant", gettext_lazy("Cost accountant")
    INTEGRATOR = "integrator", gettext_lazy("Integrator")
    ADMINISTRATOR = "administrator", gettext_lazy("Administrator")


MONEY_ROLES = (Role.COST_ACCOUNTANT, Role.BUYER, Role.PLANNER, Role.ENGINEER)
"""Who sees prices and costs; the columns stay away from everybody else."""


def _grants(user: Any) -> frozenset[tuple[str, str]]:
    """(role, site code or "") of a user, read once per user object, that is once per request."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset({(Role.ADMINISTRATOR.value, "")})
    known: frozenset[tuple[str, str]] | None = getattr(user, "_granted", None)
    if known is None:
        known = frozenset(user.grants.values_list("role", "scope"))
        user._granted = known
    return known


def _code(site: Any) -> str:
    return site if isinstance(site, str) else str(site.code)


def may(user: User | AnonymousUser, *roles: str, site: Any = None) -> bool:
    """Whether the user holds one of the roles: at `site` (a site or its code; "" is all of them), or anywhere when
    None.

    An administrator may everything within the scope of the grant.
    """
    wanted = {*roles, Role.ADMINISTRATOR.value}
    scopes = {scope for role, scope in _grants(user) if role in wanted}
    if site is None:
        return bool(scopes)
    return "" in scopes or _code(site) in scopes


def require(user: User | AnonymousUser, *roles: str, site: Any = None) -> None:
    """`may`, or PermissionDenied with a sentence that names the roles that would do."""
    if may(user, *roles, site=site):
        return
    names = ", ".join(str(Role(role).label) for role in roles) or str(Role.ADMINISTRATOR.label)
    if site is None:
        raise PermissionDenied(_("This needs one of these roles: {roles}.").format(roles=names))
    if not _code(site):
        words = _("This holds at all sites: it needs one of these roles at all of them: {roles}.")
        raise PermissionDenied(words.format(roles=names))
    raise PermissionDenied(
        _("This needs one of these roles at {site}: {roles}.").format(roles=names, site=_code(site))
    )


def sites_of(user: User | AnonymousUser, *roles: str) -> frozenset[str] | None:
    """The site codes at which the user holds one of the roles (any role when none is named); None is all."""
    scopes = {
        scope
        for role, scope in _grants(user)
        if not roles or role in roles or role == Role.ADMINISTRATOR.value
    }
    return None if "" in scopes else frozenset(scopes)


def at_sites(
    rows: models.QuerySet[Row],
    user: User | AnonymousUser,
    *roles: str,
    path: str = "site__code",
    also: Sequence[str] = (),
) -> models.QuerySet[Row]:
    """The rows of the sites this user may see, and those of no site; `path` leads to the site's code. `also`: paths to
    other sites at which they are seen as well."""
    codes = sites_of(user, *roles)
    if codes is None:
        return rows
    seen = models.Q(**{f"{path}__in": codes}) | models.Q(**{f"{path}__isnull": True})
    for each in also:
        seen |= models.Q(**{f"{each}__in": codes})
    return rows.filter(seen)


def role_required(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page for these roles: others get a sentence (403), the unknown are asked to log in."""

    def around(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                back = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{back}")
            require(request.user, *roles)
            answer: HttpResponseBase = view(request, *args, **kwargs)
            return answer

        return guarded

    return around
