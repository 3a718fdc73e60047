"""What people say about records, and who is called by it."""

from __future__ import annotations

import re

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from p2p.core.fact_kinds import Commented
from p2p.core.facts import tell
from p2p.core.models import Comment, Notification, User
from p2p.core.refusal import Refused
from p2p.core.services.notices import notify

_MENTION = re.compile(r"(?<![\w@])@([\w.+-]+[\w+-])")


@transaction.atomic
def comment(*, record: Model, text: str, url: str = "", by: User) -> Comment:
    """Say something about a record. `@username` calls that person: a line in their inbox, with `url` to go to."""
    text = text.strip()
    if not text:
        raise Refused(_("A comment needs some words."), code="empty", field="text")
    named = set(_MENTION.findall(text))
    called = list(User.objects.filter(username__in=named, is_active=True).order_by("pk"))
    said = Comment.objects.create(record_type=record._meta.label_lower, record_id=record.pk, text=text, by=by)
    notify(
        to=[person for person in called if person.pk != by.pk],
        kind=Notification.Kind.MENTION,
        text=_("{who} mentioned you on {record}: {text}").format(who=by, record=record, text=text),
        url=url,
        record=record,
        by=by,
    )
    tell(Commented(record=record, text=text, mentioned=[person.username for person in called], by=by))
    return said
