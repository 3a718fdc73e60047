"""Files on records: checked for what they are, hashed, kept in versions."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import IO, Any

from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils.translation import gettext_lazy as _

from p2p.core.fact_kinds import Attached
from p2p.core.facts import tell
from p2p.core.models import Attachment, User
from p2p.core.refusal import Refused

LARGEST = 50 * 1024 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
ALLOWED: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".webp": ("image/webp", (b"RIFF",)),
    ".zip": ("application/zip", _ZIP),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    ".step": ("model/step", (b"ISO-10303-21",)),
    ".stp": ("model/step", (b"ISO-10303-21",)),
    ".mp4": ("video/mp4", ()),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
    ".json": ("application/json", ()),
    ".dxf": ("image/vnd.dxf", ()),
}
"""Ending -> type it is served as, and how such a file begins. Nothing a browser would run is among them."""
TEXT = {".txt", ".csv", ".json", ".dxf"}


@transaction.atomic
def attach(*, record: Model, name: str, content: IO[bytes], note: str = "", by: User) -> Attachment:
    """Keep a file with a record; the same name again becomes the next version, the same bytes again change nothing.

    Refused when the type is not allowed, when the bytes are not what the name says, when it is empty or too large.
    """
    name = PurePath(name.replace("\\", "/")).name.strip()[:200]
    kind = _checked(name, content)
    label, digest = record._meta.label_lower, _digest(content)
    same_name = Attachment.objects.filter(record_type=label, record_id=record.pk, name=name)
    with connection.cursor() as cursor:
        # Two people who upload the same name at once get versions 2 and 3, not an error.
        key = f"attachment {label} {record.pk} {name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    latest = same_name.order_by("-version").first()
    if latest is not None and latest.sha256 == digest:
        return latest
    version = (same_name.aggregate(last=Max("version"))["last"] or 0) + 1
    made = Attachment(
        record_type=label,
        record_id=record.pk,
        name=name,
        version=version,
        content_type=kind,
        size=_size(content),
        sha256=digest,
        note=note,
        added_by=by,
    )
    content.seek(0)
    # On disk it is called by its hash: a name of the user's never becomes a path.
    made.content.save(f"{digest[:32]}{PurePath(name).suffix.lower()}", File(content), save=False)
    made.save()
    tell(Attached(record=record, name=name, version=version, by=by))
    return made


def _checked(name: str, content: IO[bytes]) -> str:
    ending = PurePath(name).suffix.lower()
    if ending not in ALLOWED:
        known = ", ".join(sorted(ALLOWED))
        raise Refused(
            _("{name} cannot be kept here; these can: {known}."), field="content", name=name, known=known
        )
    size = _size(content)
    if not size:
        raise Refused(_("{name} is empty."), field="content", name=name)
    if size > LARGEST:
        most = LARGEST // 1024 // 1024
        raise Refused(_("{name} is larger than {most} MB."), field="content", name=name, most=most)
    content.seek(0)
    start = content.read(4096)
    kind, beginnings = ALLOWED[ending]
    genuine = start.startswith(beginnings) if beginnings else ending not in TEXT or b"\0" not in start
    if not genuine:
        raise Refused(
            _("{name} is not what its ending says ({ending})."), field="content", name=name, ending=ending
        )
    return kind


def _size(content: IO[bytes]) -> int:
    content.seek(0, 2)
    return content.tell()


def _digest(content: IO[bytes]) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    for part in iter(lambda: content.read(1 << 20), b""):
        digest.update(part)
    return digest.hexdigest()


def genuine(attachment: Attachment) -> bool:
    """Whether the file on disk is still the one that was kept."""
    with attachment.content.open("rb") as stored:
        opened: Any = stored
        return _digest(opened) == attachment.sha256
