"""Codes of the roll-up put into sentences, in the reader's language."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from costing.models import RollupWarning
from p2p.core.web import formats


def warning_words(warning: RollupWarning) -> str:
    """One sentence: what is missing and what to do."""
    item = warning.item.number if warning.item else "?"
    facts = {key: _plain(value) for key, value in warning.facts.items()}
    if "share" in facts:
        facts["share"] = formats.percent(Decimal(facts["share"]), 2)
    said = {
        "no_price": _("{item} is bought and has no price in this version: enter one."),
        "zero_cost": _("{item} costs nothing: its price, or all of its components and rates, are zero."),
        "loop": _("{item} goes into itself: break the loop in its BOM."),
        "unknown_component": _("{item} is used in a BOM but is not active: activate it or replace it."),
        "no_rate": _(
            "{item}, operation {operation}: no hourly rate in this version, its time costs nothing."
        ),
        "no_time": _(
            "{item}, operation {operation}: {place} makes so many {source} an hour, which does not convert into the"
            " item's unit; its time costs nothing."
        ),
        "too_many_ways": _(
            "The phantoms in the BOM of {item} take each other in too many ways: the rest of them count with their own"
            " lots. Let some of these phantoms be items with orders of their own."
        ),
        "no_vendor_price": _(
            "{item}, operation {operation} is done by a vendor, but no vendor price is valid."
        ),
        "no_conversion": _(
            "{item}: {component} is used in {unit}, which does not convert into its own unit."
        ),
        RollupWarning.INCOMPLETE: _(
            "Incomplete, it costs more than this: not costed, or not wholly: {missing}."
        ),
        RollupWarning.YIELD: _(
            "One good piece carries what is started for it: of what an order starts {share} comes out good."
        ),
    }
    return said.get(warning.code, "{item}").format(
        item=item, **{"operation": "", "component": "", "unit": "", "place": "", "source": "", **facts}
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
