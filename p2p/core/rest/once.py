"""A write that carries an Idempotency-Key takes effect once, however often it arrives.

The key's row is written in the transaction of the effect: both are there, or neither. A second request with the
same key waits at the unique index until the first has ended, then gets its stored answer. Only answers of requests
that took effect are stored: one that was refused has changed nothing and may be tried again with the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from p2p.core import clock
from p2p.core.again import TRIES, passes
from p2p.core.models import IdempotencyKey
from p2p.core.rest.problems import Busy

HEADER = "Idempotency-Key"
WAIT = "10s"
KEPT_HEADERS = ("Location", "Content-Location")


class OtherBody(APIException):
    """The key was used for something else."""

    status_code = 422
    default_code = "key_reused"


def digest(request: Request) -> str:
    """What makes two requests the same: method, path, query and body."""
    start = f"{request.method} {request.get_full_path()}\n".encode()
    body: bytes = request._request.body
    return hashlib.sha256(start + body).hexdigest()


def once(request: Request, act: Callable[[], Any], render: Callable[[Any], Any]) -> Any:
    """`act()` unless its answer is known already. `render` makes the answer final, so that its bytes can be kept.

    With a key the whole request is one transaction, so one that the database ended (a deadlock) is simply done
    again. Without a key nobody can know whether it is safe, and the caller hears that it has to try again.
    """
    key = request.headers.get(HEADER, "").strip()
    if request.method in SAFE_METHODS or not request.user.is_authenticated:
        return act()
    if len(key) > 200:
        raise OtherBody(_("An Idempotency-Key may have at most 200 characters."))
    tries = TRIES if key and not connection.in_atomic_block else 1
    for left in reversed(range(tries)):
        try:
            return _in_one(request, key, act, render) if key else act()
        except OperationalError as error:
            if not passes(error):
                raise
            if not left:
                raise Busy(_("Others are changing the same records; try again in a moment.")) from error
    raise AssertionError("unreachable")


def _in_one(request: Request, key: str, act: Callable[[], Any], render: Callable[[Any], Any]) -> Any:
    user = int(request.user.pk or 0)
    with transaction.atomic():
        mine = digest(request)
        if not _claim(user, key, mine):
            return _replay(user, key, mine)
        response = act()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        if "no-store" in response.headers.get("Cache-Control", ""):
            # A secret that is shown once must not lie in a table: its request cannot be repeated.
            IdempotencyKey.objects.filter(user_id=user, key=key).delete()
            return response
        _keep(user, key, render(response))
        return response


def _claim(user: int, key: str, mine: str) -> bool:
    """Write the key's row; False when it is there. Waits for a request with the same key that is under way.

    One statement; the limit on waiting stays for the rest of the request, whose locks may as well be held too long.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey"
            " (user_id, key, request_digest, content_type, headers, created_at)"
            " SELECT %s, %s, %s, '', '{}', %s FROM set_config('lock_timeout', %s, true)"
            " ON CONFLICT (user_id, key) DO NOTHING",
            [user, key, mine, clock.machine_now(), WAIT],
        )
        return bool(cursor.rowcount == 1)


def _replay(user: int, key: str, mine: str) -> HttpResponse:
    known = IdempotencyKey.objects.filter(user_id=user, key=key).first()
    if known is None or known.status is None:
        raise Busy(_("The same request is still being worked on; try again in a moment."))
    if known.request_digest != mine:
        raise OtherBody(_("The Idempotency-Key {key} was already used for another request.").format(key=key))
    answer = HttpResponse(bytes(known.answer or b""), status=known.status, content_type=known.content_type)
    for name, value in known.headers.items():
        answer[name] = value
    answer["Idempotent-Replay"] = "true"
    return answer


def _keep(user: int, key: str, response: Any) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    IdempotencyKey.objects.filter(user_id=user, key=key).update(
        status=response.status_code,
        answer=response.content,
        content_type=response.get("Content-Type", "application/json"),
        headers=headers,
    )
