"""Webhooks: subscribe, change, pause, give a new secret, send again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import feed, webhooks
from p2p.core.fact_kinds import WebhookChanged
from p2p.core.facts import tell
from p2p.core.models import User, Webhook, WebhookDelivery
from p2p.core.refusal import Refused


def new_secret() -> str:
    """256 bits of chance."""
    return f"whsec_{secrets.token_urlsafe(32)}"


@transaction.atomic
def subscribe(*, title: str, url: str, facts: Sequence[str] = (), scope: str = "", by: User) -> Webhook:
    """Tell an address from now on. Refused when the address is not permitted or the title is taken."""
    webhooks.checked_address(url)
    if Webhook.objects.filter(title=title).exists():
        raise Refused(_("There is already a webhook called {title}."), field="title", title=title)
    hook = Webhook.objects.create(
        title=title,
        url=url,
        facts=list(facts),
        scope=scope,
        secret=new_secret(),
        position=feed.horizon(),
        owner=by,
    )
    tell(WebhookChanged(webhook=hook, change="subscribed", by=by))
    return hook


@transaction.atomic
def change(
    *,
    webhook: Webhook,
    title: str | None = None,
    url: str | None = None,
    facts: Sequence[str] | None = None,
    scope: str | None = None,
    by: User,
) -> Webhook:
    """Change what is given; what waits already goes to the new address."""
    if url is not None:
        webhooks.checked_address(url)
    new = {"title": title, "url": url, "facts": None if facts is None else list(facts), "scope": scope}
    Webhook.objects.filter(pk=webhook.pk).update(
        **{key: value for key, value in new.items() if value is not None}
    )
    tell(WebhookChanged(webhook=webhook, change="changed", by=by))
    webhook.refresh_from_db()
    return webhook


@transaction.atomic
def rotate(*, webhook: Webhook, by: User) -> Webhook:
    """A new secret, used from the next message on."""
    Webhook.objects.filter(pk=webhook.pk).update(secret=new_secret())
    tell(WebhookChanged(webhook=webhook, change="rotated", by=by))
    webhook.refresh_from_db()
    return webhook


@transaction.atomic
def pause(*, webhook: Webhook, by: User) -> Webhook:
    """Send nothing for now; what happens meanwhile is sent on resuming."""
    if not Webhook.objects.filter(pk=webhook.pk, active=True).update(active=False):
        raise Refused(_("{webhook} is paused already."), code="wrong_state", webhook=webhook)
    tell(WebhookChanged(webhook=webhook, change="paused", by=by))
    webhook.refresh_from_db()
    return webhook


@transaction.atomic
def resume(*, webhook: Webhook, by: User) -> Webhook:
    """Go on where it stopped."""
    if not Webhook.objects.filter(pk=webhook.pk, active=False).update(active=True):
        raise Refused(_("{webhook} is not paused."), code="wrong_state", webhook=webhook)
    tell(WebhookChanged(webhook=webhook, change="resumed", by=by))
    webhook.refresh_from_db()
    return webhook


@transaction.atomic
def send_again(*, delivery: WebhookDelivery, by: User) -> WebhookDelivery:
    """Send one that arrived or was given up once more."""
    if delivery.state == WebhookDelivery.State.WAITING:
        raise Refused(_("{delivery} is waiting already."), code="wrong_state", delivery=delivery)
    webhooks.replay(delivery=delivery)
    delivery.refresh_from_db()
    return delivery
