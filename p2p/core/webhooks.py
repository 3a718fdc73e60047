"""Signed messages to other systems: one per journal row and subscriber, in order per record."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import logging
import socket
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from p2p.core import clock, feed
from p2p.core.access import sites_of
from p2p.core.models import Webhook, WebhookDelivery
from p2p.core.outbox import pause
from p2p.core.refusal import Refused

log = logging.getLogger(__name__)
ATTEMPTS = 12
TIMEOUT = 10.0
BATCH = 1000
LEASE = timedelta(seconds=60)
"""A delivery in a worker's hands is nobody else's for this long; a killed worker's comes back after it."""


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over "<t>.<body>". Receivers check both age and digest."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def allow_private() -> bool:
    """Whether webhooks may go to addresses inside the house (and then also over plain http)."""
    return bool(getattr(settings, "WEBHOOKS_ALLOW_PRIVATE", False))


def checked_address(url: str) -> tuple[str, int, str]:
    """(host, port, ip to connect to) of a permitted address, else Refused with the reason.

    The caller connects to the ip that was looked at, so that a name cannot point elsewhere a moment later.
    """
    parts = urlsplit(url)
    if parts.scheme not in ({"http", "https"} if allow_private() else {"https"}) or not parts.hostname:
        raise Refused(_("{url} is not an https address."), code="bad_address", field="url", url=url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Refused(
            _("The host {host} cannot be found."), code="bad_address", field="url", host=parts.hostname
        ) from None
    ips = [str(entry[4][0]) for entry in found]
    # Every answer must be public: a name with one public and one inner address is a trick.
    if not allow_private() and not all(ipaddress.ip_address(ip.split("%")[0]).is_global for ip in ips):
        raise Refused(
            _("{host} is an address inside the house; messages do not go there."),
            code="private_address",
            field="url",
            host=parts.hostname,
        )
    return parts.hostname, port, ips[0]


def relay() -> int:
    """Turn new journal rows into deliveries for every subscriber; how many. Each webhook keeps its position."""
    return sum(_relay_one(key) for key in Webhook.objects.filter(active=True).values_list("pk", flat=True))


@transaction.atomic
def _relay_one(key: int) -> int:
    hook = Webhook.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=key).first()
    if hook is None:
        return 0
    until, made = feed.horizon(), 0
    allowed = sites_of(hook.owner)
    scopes = allowed if not hook.scope else {hook.scope} & (allowed if allowed is not None else {hook.scope})
    while hook.position < until:
        rows = list(feed.events(after=hook.position, until=until, facts=hook.facts, scopes=scopes)[:BATCH])
        WebhookDelivery.objects.bulk_create(
            [
                WebhookDelivery(webhook=hook, event=row, record_type=row.record_type, record_id=row.record_id)
                for row in rows
            ],
            ignore_conflicts=True,
        )
        made += len(rows)
        hook.position = rows[-1].pk if len(rows) == BATCH else until
    Webhook.objects.filter(pk=key).update(position=hook.position)
    return made


def deliver(*, limit: int = 500) -> int:
    """Send what is due; how many arrived. One that fails holds back only later ones about the same record."""
    arrived = 0
    tired: set[int] = set()
    for _turn in range(limit):
        delivery = _lease_next(tired)
        if delivery is None:
            break
        if _send(delivery):
            arrived += 1
        else:
            # Its server is probably down: no more of it in this round, so that others are not kept waiting.
            tired.add(delivery.webhook_id)
    return arrived


@transaction.atomic
def _lease_next(tired: set[int]) -> WebhookDelivery | None:
    earlier = WebhookDelivery.objects.filter(
        webhook=OuterRef("webhook"),
        record_type=OuterRef("record_type"),
        record_id=OuterRef("record_id"),
        event__lt=OuterRef("event"),
        state="waiting",
    )
    due = WebhookDelivery.objects.filter(
        state="waiting", next_at__lte=clock.machine_now(), webhook__active=True
    )
    due = due.exclude(webhook__in=tired).filter(~Exists(earlier)).order_by("next_at", "id")
    picked = due.select_for_update(skip_locked=True, of=("self",)).first()
    if picked is None:
        return None
    WebhookDelivery.objects.filter(pk=picked.pk).update(next_at=clock.machine_now() + LEASE)
    return WebhookDelivery.objects.select_related("webhook", "event__by").get(pk=picked.pk)


def _send(delivery: WebhookDelivery) -> bool:
    body = json.dumps(feed.as_json(delivery.event), separators=(",", ":")).encode()
    try:
        status = post(delivery.webhook, delivery.pk, delivery.event.fact, body)
        problem = "" if 200 <= status < 300 else f"The server answered {status}."
    except (Refused, OSError, http.client.HTTPException) as error:
        status, problem = None, str(error) or type(error).__name__
    _record(delivery, status, problem)
    return not problem


def post(hook: Webhook, delivery: int, fact: str, body: bytes) -> int:
    """One signed POST to a checked address; the status. Redirects are not followed: they could lead inside."""
    host, port, ip = checked_address(hook.url)
    parts = urlsplit(hook.url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = made(host, port, timeout=TIMEOUT)
    link._create_connection = lambda _address, *rest: socket.create_connection((ip, port), *rest)  # type: ignore[attr-defined]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "p2p-webhook/1",
        "P2P-Fact": fact,
        "P2P-Delivery": str(delivery),
        "P2P-Signature": signature(hook.secret, int(time.time()), body),
    }
    try:
        link.request("POST", target, body, headers)
        return link.getresponse().status
    finally:
        link.close()


def _record(delivery: WebhookDelivery, status: int | None, problem: str) -> None:
    attempts, now = delivery.attempts + 1, clock.machine_now()
    state = "delivered" if not problem else "dead" if attempts >= ATTEMPTS else "waiting"
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        attempts=attempts,
        status=status,
        problem=problem[:2000],
        state=state,
        next_at=now + pause(attempts),
        ended_at=None if state == "waiting" else now,
    )


def replay(*, delivery: WebhookDelivery) -> None:
    """Send one again that arrived or was given up."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state="waiting", attempts=0, next_at=clock.machine_now(), ended_at=None, problem=""
    )
