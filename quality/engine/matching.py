"""Which control plan asks for an inspection: the most specific that applies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a control plan names; None means any. `key` and `code` identify the plan."""

    key: int
    code: str
    site: int
    item: int | None = None
    item_group: int | None = None
    vendor: int | None = None
    group: int | None = None
    operation_number: int | None = None

    @property
    def names_operation(self) -> bool:
        """Whether it names a step of the work, and not only the product."""
        return self.group is not None or self.operation_number is not None


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One operation, or what a vendor brought, that may be inspected. `item_groups`: the item's group first, then its
    parents."""

    site: int
    item: int
    item_groups: tuple[int, ...] = ()
    vendor: int | None = None
    group: int | None = None
    operation_number: int | None = None
    inspection_point: bool = False


@dataclass(frozen=True)
class Match:
    """A plan that applies, and how closely: larger ranks are more specific."""

    scope: Scope
    rank: tuple[int, ...]


def closeness(scope: Scope, spot: Spot) -> tuple[int, ...] | None:
    """How specifically a plan names the spot: (item, item group, vendor, work centre, operation); None: not at all.

    The order is the order of importance: any plan for the item outranks every plan for its group. Of two item
    groups the nearer one wins.
    """
    if scope.site != spot.site:
        return None
    named = (
        (scope.item, spot.item),
        (scope.vendor, spot.vendor),
        (scope.group, spot.group),
        (scope.operation_number, spot.operation_number),
    )
    if any(wanted not in (None, there) for wanted, there in named):
        return None
    near = 0
    if scope.item_group is not None:
        if scope.item_group not in spot.item_groups:
            return None
        near = len(spot.item_groups) - spot.item_groups.index(scope.item_group)
    return (
        int(scope.item is not None),
        near,
        int(scope.vendor is not None),
        int(scope.group is not None),
        int(scope.operation_number is not None),
    )


def choose(scopes: Iterable[Scope], spot: Spot) -> Scope | None:
    """The plan that asks for an inspection at this spot, or None.

    A plan that names only a product (or the whole site) inspects at inspection points; one that names a work
    centre or an operation inspects there, point or not.
    Equal ranks: the lower code, so that the answer never depends on the order of rows.
    """
    ranked = [
        Match(scope, rank)
        for scope in scopes
        if (rank := closeness(scope, spot)) is not None and (spot.inspection_point or scope.names_operation)
    ]
    if not ranked:
        return None
    best = max(match.rank for match in ranked)
    return min((match.scope for match in ranked if match.rank == best), key=lambda scope: scope.code)


def upwards(group: int | None, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """A group and its parents, nearest first. A ring of parents ends where it would repeat."""
    chain: list[int] = []
    while group is not None and group not in chain:
        chain.append(group)
        group = parents.get(group)
    return tuple(chain)
