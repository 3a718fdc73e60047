"""Lines in people's inboxes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Model

from p2p.core import clock
from p2p.core.models import Notification, User


@transaction.atomic
def notify(
    *, to: Sequence[User], kind: str, text: str, url: str = "", record: Model | None = None, by: User | None
) -> int:
    """One line for each person; how many. A set of people costs one statement."""
    made = Notification.objects.bulk_create(
        [
            Notification(
                to=person,
                kind=kind,
                text=str(text)[:300],
                url=url,
                record_type=record._meta.label_lower if record is not None else "",
                record_id=record.pk if record is not None else None,
            )
            for person in to
        ]
    )
    return len(made)


@transaction.atomic
def mark_read(*, notices: Sequence[int] | None = None, by: User) -> int:
    """Mark one's own lines (or all of them) as read; how many were not before."""
    mine = Notification.objects.filter(to=by, read_at__isnull=True)
    if notices is not None:
        mine = mine.filter(pk__in=notices)
    return mine.update(read_at=clock.now())
