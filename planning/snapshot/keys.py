"""How rows are named to the engines: one letter for the table, then the primary key; resources by their own key."""

from __future__ import annotations

DEMAND, MATERIAL = "D", "M"
ORDER, REPLENISHMENT = "O", "R"


def split(key: str) -> tuple[str, int]:
    """`D17` -> ("D", 17)."""
    return key[0], int(key[1:])


def of_version(item: int, bom: int | None, route: int | None) -> int | str:
    """An item, or the item as made from a certain bill or on a certain route, which stands beside it: `n7/12/`."""
    return f"n{item}/{bom or ''}/{route or ''}" if bom or route else item


def phantom_of(item: int, bom: int | None, route: int | None) -> str:
    """A phantom of which a line wants a certain bill or route, which stands beside the item: `v7/12/`."""
    return f"v{item}/{bom or ''}/{route or ''}"


def tied(key: int | str) -> str:
    """An item, or one of a certain version, as needs want it that have supply of their own: `t7`, `tn7/12/`."""
    return f"t{key}"


def is_tied(key: int | str) -> bool:
    return isinstance(key, str) and key[0] == "t"


def made_from(key: int | str) -> tuple[int, int | None, int | None]:
    """`n7/12/`, `tn7/12/` or `v7/12/` -> (7, 12, None): the item, and the bill and route that are named."""
    if isinstance(key, str) and key[0] == "t":
        key = key[1:]
    if isinstance(key, int) or key[0] not in "nv":
        return int(key), None, None
    item, bom, route = key[1:].split("/")
    return int(item), int(bom) if bom else None, int(route) if route else None


def named_by(bom: int | None, route: int | None) -> str:
    """Which of the two are named, as proposals and orders keep it."""
    return "both" if bom and route else "bom" if bom else "route" if route else ""


def named_of(bom: int | None, route: int | None, named: str) -> tuple[int | None, int | None]:
    """Of the versions an order is made of, those that were asked for."""
    return bom if named in ("bom", "both") else None, route if named in ("route", "both") else None


def lent(resource: int, group: int) -> str:
    """A resource while it works in another work centre than its own: `17@4`."""
    return f"{resource}@{group}"


def in_shifts(place: int | str, property: str) -> str:
    """A place in the shifts of a property: `17@#PAINT`, `17@4#PAINT`, `anywhere#PAINT`."""
    return f"{place}@#{property}" if isinstance(place, int) else f"{place}#{property}"


def resource_of(key: int | str) -> int | None:
    """The resource a place of a schedule stands for; None for vendors and "anywhere"."""
    if isinstance(key, int):
        return key
    resource, at, _group = key.partition("#")[0].partition("@")
    return int(resource) if at else None
