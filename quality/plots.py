"""Readings against their limits, as a picture with a table behind it."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from p2p.core.web import series
from quality.selectors import Found


def readings(found: Found) -> SafeString:
    """The values of one line piece by piece, with target and limits; nothing while nothing is measured."""
    line = found.line
    values = {piece: one for piece, one in sorted(found.results.items()) if one.value is not None}
    if not values:
        return SafeString("")
    limits = [(_("max"), line.upper_limit), (_("min"), line.lower_limit)]
    return series.line(
        [(str(piece), one.value) for piece, one in values.items()],
        title=_("{name}, piece by piece").format(name=line.characteristic.name),
        limits=[(name, level) for name, level in limits if level is not None],
        target=(_("aim"), line.target) if line.target is not None else None,
        out=[str(piece) for piece, one in values.items() if not one.conforms],
        places=line.characteristic.digits,
        width=420,
        height=150,
    )
