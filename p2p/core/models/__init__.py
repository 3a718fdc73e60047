"""Rows every app uses: people, what happened, what is to be sent, what is attached."""

from p2p.core.models.annex import Attachment, Comment, Notification, SavedView
from p2p.core.models.journal import Journal
from p2p.core.models.requests import ApiToken, IdempotencyKey
from p2p.core.models.sending import OutboxRow, Webhook, WebhookDelivery
from p2p.core.models.user import Grant, User

__all__ = [
    "ApiToken",
    "Attachment",
    "Comment",
    "Grant",
    "IdempotencyKey",
    "Journal",
    "Notification",
    "OutboxRow",
    "SavedView",
    "User",
    "Webhook",
    "WebhookDelivery",
]
