"""How rows are named to the engines: one letter for the table, then the primary key; resources by their own key."""

from __future__ import annotations

DEMAND, MATERIAL = "D", "M"
ORDER, REPLENISHMENT = "O", "R"


def split(key: str) -> tuple[str, int]:
    """`D17` -> ("D", 17)."""
    return key[0], int(key[1:])


def lent(resource: int, group: int) -> str:
    """A resource while it works in another work centre than its own: `17@4`."""
    return f"{resource}@{group}"


def resource_of(key: int | str) -> int | None:
    """The resource a place of a schedule stands for; None for vendors and "anywhere"."""
    if isinstance(key, int):
        return key
    resource, at, _group = key.partition("@")
    return int(resource) if at else None
