"""A form that is sent twice (a second tap, a resend after a lost answer) books once."""

from __future__ import annotations

import hashlib

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.refusal import Refused
from p2p.core.web.page import who


def first_time(request: HttpRequest) -> bool:
    """Whether the form's `key` was not used before; call inside the transaction that does the work.

    Whoever comes second waits until the first has committed or rolled back. A form without a key counts as
    new. Refused when the key was used for another form.
    """
    key = request.POST.get("key", "").strip()[:80]
    if not key:
        return True
    said = "&".join(
        f"{name}={value}" for name, value in sorted(request.POST.items()) if name != "csrfmiddlewaretoken"
    )
    digest = hashlib.sha256(f"{request.path}\n{said}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey (user_id, key, request_digest, status, content_type, headers, created_at)"
            " VALUES (%s, %s, %s, 303, 'text/html', '{}', %s)"
            " ON CONFLICT (user_id, key) DO NOTHING RETURNING 1",
            [who(request).pk, key, digest, clock.machine_now()],
        )
        if cursor.fetchone():
            return True
        cursor.execute(
            "SELECT request_digest FROM core_idempotencykey WHERE user_id = %s AND key = %s",
            [who(request).pk, key],
        )
        known = cursor.fetchone()
    if known and known[0] != digest:
        raise Refused(
            _("This entry was sent before with other figures: load the page again."), code="key_reused"
        )
    return False
