"""Codes of the roll-up put into sentences, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.models import RollupWarning


def warning_words(warning: RollupWarning) -> str:
    """One sentence: what is missing and what to do."""
    item = warning.item.number if warning.item else "?"
    facts = {key: str(value) for key, value in warning.facts.items()}
    said = {
        "no_price": _("{item} is bought and has no price in this version: enter one."),
        "zero_cost": _("{item} costs nothing: its price, or all of its components and rates, are zero."),
        "loop": _("{item} goes into itself: break the loop in its BOM."),
        "unknown_component": _("{item} is used in a BOM but is not active: activate it or replace it."),
        "no_rate": _(
            "{item}, operation {operation}: no hourly rate in this version, its time costs nothing."
        ),
        "no_vendor_price": _(
            "{item}, operation {operation} is done by a vendor, but no vendor price is valid."
        ),
        "no_conversion": _(
            "{item}: {component} is used in {unit}, which does not convert into its own unit."
        ),
    }
    return said.get(warning.code, "{item}").format(
        item=item, **{"operation": "", "component": "", "unit": "", **facts}
    )
