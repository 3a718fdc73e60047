"""How traces and recalls put quantities into words."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext as _

from p2p.core.numbers import decimal_of
from p2p.core.web import formats
from p2p.inventory.engine.tracing import Band


def amount(quantity: Fraction, *, exact: bool) -> str:
    """A quantity; what is only shared out by proportion gets an ≈ in front."""
    words = formats.number(decimal_of(quantity, 6))
    return words if exact else f"≈ {words}"


def share_words(band: Band) -> str:
    """What of a band belongs to the trace, and how sure that is."""
    if band.loop:
        return _("comes back: rework")
    words = amount(band.share, exact=band.exact)
    if band.exact:
        return _("{quantity} of the trace, exact").format(quantity=words)
    return _("{quantity} of the trace, by proportion").format(quantity=words)
