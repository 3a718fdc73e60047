"""The reason that a form asks for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from strategies.models import ReasonCode


def ask_reason(field: Any, kind: str) -> None:
    """Offer the reasons of a kind. Where one is needed and there is none yet, the field says where to make one."""
    field.queryset = ReasonCode.objects.filter(kind=kind, active=True)
    if kind and field.required and not field.queryset.exists():
        words = _("There is no reason of the kind {kind} yet: make one under Strategies › Reason codes.")
        field.help_text = words.format(kind=ReasonCode.Kind(kind).label)
