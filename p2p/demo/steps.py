"""What `manage.py demo` does, step by step. Each step appends itself here and can be taken up again half-way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Say(Protocol):
    """Progress to the terminal: what is being done, how much of how much."""

    def __call__(self, phase: str, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Step:
    """`run` returns the figures of the account ({"orders": 1410}) or one sentence.

    `done` says from the database whether the step has been finished; a step that is not is run again,
    so `run` starts by finding what an interrupted run of it left.
    """

    name: str
    title: str
    run: Callable[[Say], Mapping[str, object] | str]
    done: Callable[[], bool]


@dataclass(frozen=True)
class Login:
    """A ready log-in, printed when the demo serves."""

    username: str
    password: str
    role: str
    sees: str


FIRST_MOMENT = datetime(2012, 1, 5, 14, 0, tzinfo=UTC)
"""When the plant's own time begins: six in the morning of Thursday, 5 January 2012, in Bothell."""

STEPS: list[Step] = []
LOGINS: list[Login] = []
