"""Who is calling: a token of a program, or the session of a browser."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from p2p.core import clock
from p2p.core.models import ApiToken, User

SEEN_EVERY = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """What is kept of a token. It has 256 bits of chance, so a plain hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer p2p_...`"""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The Authorization header must be: Bearer, a space, the token."))
        secret = parts[1].decode("ascii", errors="replace")
        token = ApiToken.objects.select_related("user").filter(digest=digest_of(secret)).first()
        now = clock.now()
        if token is None or token.revoked_at or not token.user.is_active:
            raise AuthenticationFailed(_("This token is unknown or was revoked."))
        if token.expires_at and token.expires_at <= now:
            raise AuthenticationFailed(_("This token expired on {day}.").format(day=token.expires_at.date()))
        if token.last_used_at is None or now - token.last_used_at > SEEN_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        narrow(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="p2p"'


def narrow(token: ApiToken) -> None:
    """A token of certain sites gives its user's roles there only."""
    if not token.scopes:
        return
    user: Any = token.user
    roles = {(grant.role, grant.scope) for grant in user.grants.all()}
    if user.is_superuser:
        roles.add(("administrator", ""))
        user.is_superuser = False
    user._granted = frozenset(
        (role, wanted) for role, scope in roles for wanted in token.scopes if scope in {"", wanted}
    )


class Session(SessionAuthentication):
    """The browser's own session, with CSRF."""
