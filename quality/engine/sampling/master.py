"""The single and double plans of MIL-STD-105E / ANSI Z1.4 and ISO 2859-1, built from the rule behind them.

Along every diagonal of the tables (one letter further and one AQL lower) the acceptance number stays the same:
sample size times AQL is constant. So a cell is known by the sum of its two positions, and an arrow leads to the
nearest letter whose sum has a plan. An arrow changes the sample size as well as the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

LETTERS = "ABCDEFGHJKLMNPQRS"
SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)
AQLS = (
    *("0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65"),
    *("1.0", "1.5", "2.5", "4.0", "6.5", "10", "15", "25", "40", "65"),
    *("100", "150", "250", "400", "650", "1000"),
)
LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
"""Upper ends of the ranges of lot sizes; the last range has none."""
CODES = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}

Numbers = tuple[int, int]
NORMAL = {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21, 25: 30, 26: 44}
TIGHTENED = {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18, 25: 27, 26: 41}
REDUCED: dict[int, Numbers] = {
    14: (0, 1),
    17: (0, 2),
    18: (1, 3),
    19: (1, 4),
    20: (2, 5),
    21: (3, 6),
    22: (5, 8),
    23: (7, 10),
    24: (10, 13),
    25: (14, 17),
    26: (21, 24),
}
REDUCED_A = {place: (ac, ac + 1) for place, ac in NORMAL.items() if place < 26}
REDUCED_B: dict[int, Numbers] = {
    14: (0, 1),
    17: (0, 2),
    18: (1, 3),
    19: (2, 4),
    20: (3, 5),
    21: (5, 6),
    22: (7, 8),
    23: (10, 11),
    24: (14, 15),
    25: (21, 22),
    26: (30, 31),
}
ISO_REDUCED = {14: 0, 17: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 6, 23: 8, 24: 10}
DOUBLE = {
    "normal": {
        17: (0, 2, 1, 2),
        18: (0, 3, 3, 4),
        19: (1, 4, 4, 5),
        20: (2, 5, 6, 7),
        21: (3, 7, 8, 9),
        22: (5, 9, 12, 13),
        23: (7, 11, 18, 19),
        24: (11, 16, 26, 27),
    },
    "tightened": {
        18: (0, 2, 1, 2),
        19: (0, 3, 3, 4),
        20: (1, 4, 4, 5),
        21: (2, 5, 6, 7),
        22: (3, 7, 11, 12),
        23: (6, 10, 15, 16),
        24: (9, 14, 23, 24),
    },
    "reduced": {
        17: (0, 2, 0, 2),
        18: (0, 3, 0, 4),
        19: (0, 4, 1, 5),
        20: (0, 4, 3, 6),
        21: (1, 5, 4, 7),
        22: (2, 7, 6, 9),
        23: (3, 8, 8, 12),
        24: (5, 10, 12, 16),
    },
}
FURTHEST = 24
"""Beyond this place only the five smallest letters have plans: samples of twenty and more would be absurd."""


@dataclass(frozen=True)
class SinglePlan:
    """Draw n of the letter's plan, accept with at most `ac` bad ones, reject from `re` on. Between them (reduced
    inspection of 105E only) the lot passes and the next one is inspected normally."""

    letter: str
    n: int
    ac: int
    re: int


@dataclass(frozen=True)
class DoublePlan:
    """Two samples; the second pair of numbers counts both."""

    letter: str
    n1: int
    n2: int
    ac1: int
    re1: int
    ac2: int
    re2: int


def code_letter(lot_size: int, level: str) -> str:
    """The letter for a lot of at least 2 pieces at an inspection level: S-1 to S-4, I, II or III."""
    if lot_size < 2:
        raise ValueError("A lot to sample from has at least two pieces.")
    place = next((index for index, end in enumerate(LOTS) if lot_size <= end), len(LOTS))
    return CODES[level][place]


def own_numbers(letter: str, aql: str, severity: str, *, iso: bool = False) -> Numbers | None:
    """The numbers standing in the cell itself; None for an arrow."""
    row, column = LETTERS.index(letter), AQLS.index(aql)
    place = row + column
    if row > 4 and place > FURTHEST:
        return None
    if severity == "reduced":
        return _reduced(letter, place, iso=iso)
    if letter == "S" and (severity, place) != ("tightened", 18):
        return None  # the one cell this letter exists for: tightened inspection at the AQL of 0.025
    ac = (TIGHTENED if severity == "tightened" else NORMAL).get(place)
    return None if ac is None else (ac, ac + 1)


def _reduced(letter: str, place: int, *, iso: bool) -> Numbers | None:
    if letter == "S":
        return None
    if iso:
        ac = ISO_REDUCED.get(place)
        return None if ac is None else (ac, ac + 1)
    table = {"A": REDUCED_A, "B": REDUCED_B}.get(letter, REDUCED)
    return table.get(place)


def arrow(letter: str, aql: str, severity: str, *, iso: bool = False) -> tuple[str, str]:
    """("own", letter), or where the cell's arrow leads: ("up", letter) or ("down", letter).

    Left of the acceptance number 0 the arrows point down, to larger samples. Right of it the normal and reduced
    tables have one arrow up and one down, the tightened one two down; past the last plan all point up. Where the
    table ends in the arrow's direction, the other way is taken.
    """
    if own_numbers(letter, aql, severity, iso=iso) is not None:
        return "own", letter
    row = LETTERS.index(letter)
    place = row + AQLS.index(aql)
    up = place > FURTHEST or (place == 15 and severity != "tightened")
    ways = [("up", range(row - 1, -1, -1)), ("down", range(row + 1, len(LETTERS)))]
    for way, rows in ways if up else reversed(ways):
        for other in rows:
            if own_numbers(LETTERS[other], aql, severity, iso=iso) is not None:
                return way, LETTERS[other]
    raise ValueError(f"No {severity} plan exists at the AQL {aql}.")


def single(letter: str, aql: str, severity: str = "normal", *, iso: bool = False) -> SinglePlan:
    """The single plan of a cell, its arrow followed. ValueError for an AQL or letter that is not in the tables."""
    _way, found = arrow(letter, aql, severity, iso=iso)
    numbers = own_numbers(found, aql, severity, iso=iso)
    assert numbers is not None
    sizes = REDUCED_SIZES if severity == "reduced" else SIZES
    return SinglePlan(found, sizes[LETTERS.index(found)], *numbers)


def double(letter: str, aql: str, severity: str = "normal") -> DoublePlan | None:
    """The double plan standing in a cell (Z1.4 / MIL-STD-105E); None where the table has an arrow.

    Each sample is that of the single plan one letter before.
    """
    row = LETTERS.index(letter)
    numbers = DOUBLE[severity].get(row + AQLS.index(aql))
    if numbers is None or row == 0:
        return None
    n = (REDUCED_SIZES if severity == "reduced" else SIZES)[row - 1]
    return DoublePlan(letter, n, n, *numbers)
