"""Keys for programs: shown once, kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.fact_kinds import TokenChanged
from p2p.core.facts import tell
from p2p.core.models import ApiToken, User
from p2p.core.refusal import Refused
from p2p.core.rest.authentication import digest_of


@transaction.atomic
def issue(
    *,
    user: User,
    title: str,
    power: str = "read",
    apps: Sequence[str] = (),
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
    by: User,
) -> tuple[ApiToken, str]:
    """Make a token; (row, secret). The secret is never seen again."""
    if expires_at is not None and expires_at <= clock.now():
        raise Refused(_("The token would already have expired."), code="in_the_past", field="expires_at")
    if ApiToken.objects.filter(user=user, title=title).exists():
        raise Refused(_("{user} already has a token called {title}."), field="title", user=user, title=title)
    secret = f"p2p_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        title=title,
        prefix=secret[:12],
        digest=digest_of(secret),
        power=power,
        apps=list(apps),
        scopes=list(scopes),
        expires_at=expires_at,
    )
    tell(TokenChanged(token=token, change="issued", by=by))
    return token, secret


@transaction.atomic
def revoke(*, token: ApiToken, by: User) -> ApiToken:
    """End a token now, for good."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
        raise Refused(_("{token} was already revoked."), code="wrong_state", token=token)
    tell(TokenChanged(token=token, change="revoked", by=by))
    token.refresh_from_db()
    return token
