"""One line of the benchmark table: a figure beside the limit it is held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """`value` and `limit_value` in `unit`, measured in the same run where the limit is a program of ours.

    `limit` says what the other figure is: "bare COPY of the same rows", "target", "peer: frePPLe".
    """

    name: str
    value: float
    unit: str
    limit: str = ""
    limit_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the limit; None without one."""
        return self.value / self.limit_value if self.limit_value else None

    def as_json(self) -> dict[str, object]:
        """The row with its ratio, for machines."""
        return {**asdict(self), "ratio": self.ratio}
