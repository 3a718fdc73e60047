"""What happened: one row per fact and record, never changed. Audit trail and change feed at once."""

from __future__ import annotations

import pgtrigger
from django.db import models

from p2p.core import clock

# Row ids are handed out before transactions end, so that a reader could see 12 while 11 is still to come
# and never look back. Each writing transaction therefore holds a shared lock that carries the last id given
# out before its first row: every row at or below the smallest such lock is final (see core/feed.py).
_MARK = """
    IF coalesce(current_setting('p2p.feed', true), '') = '' THEN
        PERFORM pg_advisory_xact_lock_shared(
            (20530::bigint << 40) + (SELECT last_value - (NOT is_called)::int FROM core_journal_id_seq));
        PERFORM set_config('p2p.feed', '1', true);
    END IF;
    RETURN NULL;
"""


class Journal(models.Model):
    """One fact about one record: who, what, when."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    fact = models.CharField(max_length=80)
    record_type = models.CharField(max_length=80, blank=True, default="")
    record_id = models.BigIntegerField(null=True)
    record_key = models.CharField(max_length=160, blank=True, default="")
    scope = models.CharField(max_length=20, blank=True, default="")
    payload = models.JSONField(default=dict)
    by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("record_type", "record_id", "id"), name="core_journal_record"),
            models.Index(fields=("fact", "id"), name="core_journal_fact"),
            models.Index(fields=("by", "id"), name="core_journal_by"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="mark",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_MARK,
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.fact} {self.record_key}".strip()
