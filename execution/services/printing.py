"""Keeping a record of what was put on paper."""

from __future__ import annotations

from django.db import transaction

from execution.models import PrintedDocument
from p2p.core.clock import now
from p2p.core.models import User
from planning.models import ProductionOrder


@transaction.atomic
def printed(*, order: ProductionOrder, kind: str, by: User | None) -> PrintedDocument:
    """Say that a paper of the order was printed; `kind` is one of PrintedDocument.Kind."""
    return PrintedDocument.objects.create(order=order, kind=kind, printed_at=now(), by=by)
