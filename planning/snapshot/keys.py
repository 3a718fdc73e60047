"""How rows are named to the material engine: one letter for the table, then the primary key."""

from __future__ import annotations

DEMAND, MATERIAL = "D", "M"
ORDER, REPLENISHMENT = "O", "R"


def split(key: str) -> tuple[str, int]:
    """`D17` -> ("D", 17)."""
    return key[0], int(key[1:])
