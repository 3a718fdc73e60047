"""What programs bring along: tokens to be let in, keys so that a repeated request counts once."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from p2p.core import clock


class ApiToken(models.Model):
    """A key for a program. Only its hash is kept; the prefix is for recognising it in a list."""

    class Power(models.TextChoices):
        READ = "read", "read"
        WRITE = "write", "read and write"

    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="tokens")
    title = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    power = models.CharField(max_length=5, choices=Power, default=Power.READ)
    apps = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    scopes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("user_id", "id")
        constraints = (
            models.UniqueConstraint(fields=("user", "title"), name="core_token_title"),
            models.CheckConstraint(condition=models.Q(power__in=("read", "write")), name="core_token_power"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.prefix}…)"


class IdempotencyKey(models.Model):
    """The answer to a request that took effect, so that its repetition gets the same answer and no effect."""

    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    content_type = models.CharField(max_length=80, blank=True, default="")
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.machine_now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="core_idempotency_once"),)
        indexes = (models.Index(fields=("created_at",), name="core_idempotency_age"),)

    def __str__(self) -> str:
        return self.key
