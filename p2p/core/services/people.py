"""Who may do what where."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.fact_kinds import GrantChanged
from p2p.core.facts import tell
from p2p.core.models import Grant, User
from p2p.core.refusal import Refused


@transaction.atomic
def grant(*, user: User, role: str, scope: str = "", by: User) -> Grant:
    """Give a user a role, everywhere or at the site whose code is the scope."""
    if role not in Role.values:
        raise Refused(_("There is no role {role}."), code="unknown", field="role", role=role)
    given, new = Grant.objects.get_or_create(user=user, role=role, scope=scope)
    if not new:
        raise Refused(_("{user} has that role already."), code="twice", field="role", user=user)
    tell(GrantChanged(user=user, role=role, site=scope, change="granted", by=by))
    return given


@transaction.atomic
def withdraw(*, grant: Grant, by: User) -> None:
    """Take a role away. The last administrator of everything keeps it: somebody has to be able to give roles."""
    last = Grant.objects.filter(role=Role.ADMINISTRATOR, scope="", user__is_active=True).exclude(pk=grant.pk)
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    is_administrator = grant.role == Role.ADMINISTRATOR and not grant.scope
    if is_administrator and not last.exists() and not superusers.exists():
        raise Refused(_("{user} is the last administrator."), code="last", user=grant.user)
    tell(GrantChanged(user=grant.user, role=grant.role, site=grant.scope, change="withdrawn", by=by))
    grant.delete()
