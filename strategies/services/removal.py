"""Deleting master data: only what nothing refers to, else the first thing that does is named."""

from __future__ import annotations

from django.db.models import Model, ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused


def remove_unused(record: Model, *, instead: object = "") -> None:
    """Delete a record and what belongs to it alone. Refused, naming the first record that refers to it;
    `instead` is a sentence that says what can be done."""
    try:
        record.delete()
    except (ProtectedError, RestrictedError) as used:
        by = used.protected_objects if isinstance(used, ProtectedError) else used.restricted_objects
        first = min(by, key=lambda one: (one._meta.label, one.pk))
        raise Refused(
            _("{record} is used by {what} {user}: it cannot be deleted. {instead}"),
            code="in_use",
            about=record,
            record=str(record),
            what=first._meta.verbose_name,
            user=str(first),
            instead=instead,
        ) from None
