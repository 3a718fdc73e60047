"""Run rules of Nelson (1984) and Western Electric (1956): which points complete a pattern, counted from 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

Scores = Sequence[float]
"""Points in sigmas from the centre."""


def _runs(scores: Scores, length: int, holds: Callable[[Scores], bool]) -> list[int]:
    return [end for end in range(length, len(scores) + 1) if holds(scores[end - length : end])]


def beyond(scores: Scores, sigmas: float = 3.0) -> list[int]:
    """One point beyond; a point exactly on the limit is not beyond it."""
    return [place for place, score in enumerate(scores, start=1) if abs(score) > sigmas]


def same_side(scores: Scores, length: int) -> list[int]:
    """So many in a row on one side of the centre (Nelson 9, Western Electric 8)."""
    return _runs(scores, length, lambda run: all(s > 0 for s in run) or all(s < 0 for s in run))


def trend(scores: Scores, length: int = 6) -> list[int]:
    """So many points in a row that rise, or fall, all the way."""

    def one_way(run: Scores) -> bool:
        steps = [after - before for before, after in zip(run, run[1:], strict=False)]
        return all(step > 0 for step in steps) or all(step < 0 for step in steps)

    return _runs(scores, length, one_way)


def alternating(scores: Scores, length: int = 14) -> list[int]:
    """So many points in a row that go up and down in turn."""

    def zigzag(run: Scores) -> bool:
        steps = [after - before for before, after in zip(run, run[1:], strict=False)]
        return all(before * after < 0 for before, after in zip(steps, steps[1:], strict=False))

    return _runs(scores, length, zigzag)


def some_beyond(scores: Scores, some: int, of: int, sigmas: float) -> list[int]:
    """At least `some` of `of` points beyond on the same side; the last of them completes the pattern."""

    def found(run: Scores) -> bool:
        sides = (
            (sum(s > sigmas for s in run), run[-1] > sigmas),
            (sum(s < -sigmas for s in run), run[-1] < -sigmas),
        )
        return any(count >= some and last for count, last in sides)

    return [end for end in range(some, len(scores) + 1) if found(scores[max(0, end - of) : end])]


def hugging(scores: Scores, length: int = 15) -> list[int]:
    """So many in a row within one sigma: too good to be true."""
    return _runs(scores, length, lambda run: all(abs(s) < 1 for s in run))


def avoiding(scores: Scores, length: int = 8) -> list[int]:
    """So many in a row, on either side, none within one sigma: two processes mixed."""
    return _runs(
        scores,
        length,
        lambda run: all(abs(s) > 1 for s in run) and any(s > 0 for s in run) and any(s < 0 for s in run),
    )


RULES: dict[str, Callable[[Scores], list[int]]] = {
    "1_beyond_3s": beyond,
    "9_same_side": lambda scores: same_side(scores, 9),
    "8_same_side": lambda scores: same_side(scores, 8),
    "7_same_side": lambda scores: same_side(scores, 7),
    "6_trend": trend,
    "14_alternating": alternating,
    "2of3_beyond_2s": lambda scores: some_beyond(scores, 2, 3, 2.0),
    "4of5_beyond_1s": lambda scores: some_beyond(scores, 4, 5, 1.0),
    "15_within_1s": hugging,
    "8_outside_1s": avoiding,
}
NELSON = (
    "1_beyond_3s",
    "9_same_side",
    "6_trend",
    "14_alternating",
    "2of3_beyond_2s",
    "4of5_beyond_1s",
    "15_within_1s",
    "8_outside_1s",
)
WESTERN_ELECTRIC = ("1_beyond_3s", "2of3_beyond_2s", "4of5_beyond_1s", "8_same_side")


def signals(
    values: Sequence[float], *, center: float, sigma: float, rules: Iterable[str] = NELSON
) -> dict[str, list[int]]:
    """Rule -> points that complete its pattern. `sigma` > 0 is that of the plotted points. KeyError: no such rule."""
    if sigma <= 0:
        raise ValueError("Sigma has to be above zero.")
    scores = [(value - center) / sigma for value in values]
    return {rule: RULES[rule](scores) for rule in rules}
