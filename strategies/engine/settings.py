"""Which of an item's order settings hold at a site: two passes, then rank, then what a variant inherits.

Source of the rule: Dynamics 365, default order settings with rank by site and product dimension.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Kept]):
    """One row of order settings. `site` None holds at all sites; `wanted` are attributes an item must have;
    `inherited` rows belong to the item that this one is a variant of. `kept` is whatever the caller wants
    back."""

    kept: Kept
    site: int | None = None
    rank: int = 0
    wanted: Mapping[str, object] = field(default_factory=dict)
    inherited: bool = False


class Why(StrEnum):
    """Why a row holds or does not."""

    WINS = "wins"
    SITE = "site"  # it is for another site
    ATTRIBUTES = "attributes"  # the item lacks an attribute the row asks for
    GENERAL = "general"  # it is for all sites, and a row for this site fits
    INHERITED = "inherited"  # the item has a row of its own that fits
    RANK = "rank"  # a row of a higher rank fits


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Kept]):
    """What became of one row, and the attributes it missed."""

    rule: Rule[Kept]
    why: Why
    missed: tuple[str, ...] = ()


def missed(wanted: Mapping[str, object], attributes: Mapping[str, object]) -> tuple[str, ...]:
    """The wanted attributes that an item does not have, by name."""
    return tuple(name for name, value in sorted(wanted.items()) if attributes.get(name) != value)


def chosen(rules: Iterable[Rule[Kept]], *, site: int | None, attributes: Mapping[str, object]) -> Kept | None:
    """The row that holds for an item with these attributes at a site; None where none fits.

    First pass: rows of the site. Second pass: rows for all sites. Within a pass a row of the item itself comes
    before an inherited one, and then the highest rank. Without a site only the second pass is made.
    """
    best: Rule[Kept] | None = None
    for rule in rules:
        if not _fits(rule, site, attributes):
            continue
        if best is None or _order(rule) > _order(best):
            best = rule
    return None if best is None else best.kept


def judged(
    rules: Iterable[Rule[Kept]], *, site: int | None, attributes: Mapping[str, object]
) -> list[Verdict[Kept]]:
    """Every row with its verdict, the winner first and then in the order in which they would win."""
    ordered = sorted(rules, key=_order, reverse=True)
    best = next((rule for rule in ordered if _fits(rule, site, attributes)), None)
    told = [_verdict(rule, best, site, attributes) for rule in ordered]
    return sorted(told, key=lambda verdict: verdict.why is not Why.WINS)


def _verdict(
    rule: Rule[Kept], best: Rule[Kept] | None, site: int | None, attributes: Mapping[str, object]
) -> Verdict[Kept]:
    if rule.site is not None and rule.site != site:
        return Verdict(rule, Why.SITE)
    lacking = missed(rule.wanted, attributes)
    if lacking:
        return Verdict(rule, Why.ATTRIBUTES, lacking)
    if best is rule or best is None:
        return Verdict(rule, Why.WINS)
    if rule.site is None and best.site is not None:
        return Verdict(rule, Why.GENERAL)
    return Verdict(rule, Why.INHERITED if rule.inherited and not best.inherited else Why.RANK)


def _fits(rule: Rule[Kept], site: int | None, attributes: Mapping[str, object]) -> bool:
    if rule.site is not None and rule.site != site:
        return False
    return not rule.wanted or not missed(rule.wanted, attributes)


def _order(rule: Rule[Kept]) -> tuple[bool, bool, int]:
    return (rule.site is not None, not rule.inherited, rule.rank)
