"""What is to leave the house after commit: facts for later listeners, and signed webhooks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from p2p.core import clock


class OutboxRow(models.Model):
    """A fact told `later`: written with the change, delivered after commit, tried again until it works."""

    fact = models.CharField(max_length=80)
    listener = models.CharField(max_length=160)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=clock.machine_now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=clock.machine_now)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("next_at", "id"),
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
                name="core_outbox_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.fact} → {self.listener}"


class Webhook(models.Model):
    """An address that wants to be told: which facts, signed with which secret, how far it has been served."""

    title = models.CharField(max_length=80, unique=True)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=80)
    facts = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    scope = models.CharField(max_length=20, blank=True, default="")
    active = models.BooleanField(default=True)
    position = models.BigIntegerField(default=0)
    owner = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.machine_now)

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title


class WebhookDelivery(models.Model):
    """One journal row on its way to one webhook."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        DEAD = "dead"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey("core.Journal", on_delete=models.PROTECT, related_name="+")
    record_type = models.CharField(max_length=80, blank=True, default="")
    record_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=clock.machine_now)
    ended_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("webhook_id", "event_id")
        constraints = (models.UniqueConstraint(fields=("webhook", "event"), name="core_delivery_once"),)
        indexes = (
            models.Index(
                fields=("next_at", "id"), condition=Q(state="waiting"), name="core_delivery_waiting"
            ),
            models.Index(
                fields=("webhook", "record_type", "record_id", "event"),
                condition=Q(state="waiting"),
                name="core_delivery_in_line",
            ),
        )

    def __str__(self) -> str:
        return f"{self.webhook} #{self.event_id}"
