"""What the readings of an inspection say so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum


class Verdict(StrEnum):
    PENDING = "pending"
    PASS = "pass"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One line of the plan: how many of `sample_size` pieces were read, how many of them do not conform."""

    key: int
    sample_size: int
    read: int
    nonconforming: int
    accept_number: int

    @property
    def missing(self) -> int:
        return max(0, self.sample_size - self.read)

    @property
    def verdict(self) -> Verdict:
        """More bad pieces than the accept number fail at once; passing needs every piece of the sample."""
        if self.nonconforming > self.accept_number:
            return Verdict.FAIL
        return Verdict.PENDING if self.missing else Verdict.PASS


def overall(tallies: Iterable[Tally]) -> Verdict:
    """One failed line fails the inspection; it passes when all lines have passed. No lines: pending."""
    verdicts = [tally.verdict for tally in tallies]
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.PASS if verdicts and set(verdicts) == {Verdict.PASS} else Verdict.PENDING


def within(value: Decimal, lower: Decimal | None, upper: Decimal | None) -> bool:
    """Limits belong to the good side: a value equal to a limit conforms."""
    return (lower is None or value >= lower) and (upper is None or value <= upper)


def sample_size(
    quantity: Decimal, *, fixed: int | None, fraction: Decimal | None, countable: bool = True
) -> int:
    """Pieces to draw from `quantity` (> 0): `fixed`, or `fraction` of it rounded up; at least one.

    Of countable pieces never more than there are; of a kilogram one may draw as many samples as one likes.
    """
    if fixed is not None:
        wanted = fixed
    else:
        wanted = int((quantity * (fraction or Decimal(1))).to_integral_value(ROUND_CEILING))
    there = int(quantity.to_integral_value(ROUND_CEILING)) if countable else wanted
    return max(1, min(wanted, there))
