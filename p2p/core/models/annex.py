"""What people hang on a record of any app: files, comments, notifications, saved views of its list."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from p2p.core import clock


class _Annex(models.Model):
    """Points at a record by type and number: the core knows no other table."""

    record_type = models.CharField(max_length=80)
    record_id = models.BigIntegerField()

    class Meta:
        abstract = True


class Attachment(_Annex):
    """One version of a file; a new version of the same name gets the next number, old ones stay."""

    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    content = models.FileField(upload_to="attachments/%Y/%m/", max_length=300)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, default="")
    added_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("record_type", "record_id", "name", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=("record_type", "record_id", "name", "version"), name="core_attachment_version"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="core_attachment_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Comment(_Annex):
    """What somebody said about a record."""

    text = models.TextField()
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("record_type", "record_id", "id")
        indexes = (models.Index(fields=("record_type", "record_id", "id"), name="core_comment_record"),)
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="core_comment_says_something"),)

    def __str__(self) -> str:
        return self.text[:60]


class Notification(models.Model):
    """A line in somebody's inbox."""

    class Kind(models.TextChoices):
        MENTION = "mention"
        ASSIGNED = "assigned"
        LATE = "late"
        APPROVAL = "approval"
        RUN = "run"

    to = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True, default="")
    record_type = models.CharField(max_length=80, blank=True, default="")
    record_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("to", "-id"), name="core_notification_inbox"),
            models.Index(fields=("to",), condition=Q(read_at__isnull=True), name="core_notification_unread"),
        )

    def __str__(self) -> str:
        return self.text


class SavedView(models.Model):
    """A list as somebody left it: filters, columns, order. `query` is the address's query string."""

    owner = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="views")
    page = models.CharField(max_length=80)
    title = models.CharField(max_length=80)
    query = models.TextField(blank=True, default="")
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("page", "title", "id")
        constraints = (
            models.UniqueConstraint(fields=("owner", "page", "title"), name="core_view_title"),
            models.CheckConstraint(condition=~Q(title=""), name="core_view_has_title"),
        )

    def __str__(self) -> str:
        return self.title
