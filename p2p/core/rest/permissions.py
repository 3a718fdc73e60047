"""Who may use a resource: everybody known may read unless it says otherwise, writing needs a named role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from p2p.core import sites
from p2p.core.access import require, sites_of
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


def check_site(view: Any, start: Any) -> None:
    """The role must be held at the site of what is written: a planner of one site does not plan another.

    `start` is a record, or the validated input of a new one.
    """
    site = site_of(view, start)
    if site is not None:
        check_code(view, site)
    elif isinstance(start, Model):
        sites.require_at_record(view.request.user, start, *wanted_roles(view, writing=True) or ())
    else:
        _check_new(view, start)


def check_moved(view: Any, given: Mapping[str, Any], whole: Mapping[str, Any] | None = None) -> None:
    """A change takes no record to a site where the role is not held, nor to all of them. `whole`: the record as it
    will be."""
    if not view.site_path:
        _check_new(view, given, partial=True)
    elif view.site_path.partition("__")[0] in given:
        check_site(view, whole or given)


def _check_new(view: Any, given: Mapping[str, Any], *, partial: bool = False) -> None:
    roles = wanted_roles(view, writing=True) or ()
    if sites_of(view.request.user, *roles) is None:
        return
    for value in list(given.values()):
        given = {**_said(value), **given} if is_dataclass(value) else given
    for code in sorted(sites.codes_of_new(view.queryset.model, given, partial=partial)):
        check_code(view, code)


def check_given(view: Any, given: Mapping[str, Any]) -> None:
    """The role must also be held at the sites of the records an input names: the place of a hold, the order moved."""
    roles = wanted_roles(view, writing=True)
    for site in sorted(sites_in(given.values())) if roles is not None else ():
        require(view.request.user, *roles or (), site=site)


def sites_in(values: Iterable[Any]) -> set[str]:
    """The codes of the sites among the values and behind them; a list costs one look per site, not per row."""
    codes: set[str] = set()
    seen: set[Any] = set()
    for value in _flat(values):
        if value._meta.model_name == "site":
            codes.add(value.code)
        elif getattr(value, "site_id", None) and value.site_id not in seen:
            seen.add(value.site_id)
            codes.add(value.site.code)
    return codes


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, Model):
            yield value
        elif isinstance(value, Mapping):
            yield from _flat(value.values())
        elif isinstance(value, (list, tuple, set)):
            yield from _flat(value)
        elif is_dataclass(value):
            yield from _flat(_said(value).values())


def _said(value: Any) -> dict[str, Any]:
    """What an input says that a serializer has made a record of a service's own of."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def site_of(view: Any, start: Any) -> str | None:
    """The code of the record's site, "" when it belongs to all, None where sites play no part."""
    return (_walk(start, view.site_path.split("__")) or "") if view.site_path else None


def check_code(view: Any, site: str) -> None:
    """The same for a site's code; "" is what belongs to all sites, so that it takes a role everywhere."""
    roles = wanted_roles(view, writing=True)
    if roles is not None:
        require(view.request.user, *roles, site=site)


def _walk(start: Any, path: list[str]) -> Any:
    for name in path:
        start = start.get(name) if isinstance(start, Mapping) else getattr(start, name, None)
    return start


def _check_token(token: ApiToken, view: Any, *, writing: bool) -> None:
    if writing and token.power != ApiToken.Power.WRITE:
        raise PermissionDenied(_("The token {title} may only read.").format(title=token.title))
    app = type(view).__module__.removeprefix("p2p.").split(".")[0]
    if token.apps and app not in token.apps:
        raise PermissionDenied(_("The token {title} is not for {app}.").format(title=token.title, app=app))
