"""What traces ask of the apps on the right, and what recalls ask and tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from p2p.core.facts import Fact, Question
from p2p.inventory.models import Recall


@dataclass(frozen=True)
class Sighting:
    """Where a document on the right knows a move's pieces to be: `where` as in RecallLine.Where.

    `quantity` (the moved item's unit) where the document knows it; without, it speaks of the whole move. `ended`:
    its document is closed, so that nothing of it is on the way any more.
    """

    move: int
    where: str
    document: str
    party: str = ""
    note: str = ""
    url: str = ""
    at: datetime | None = None
    quantity: Decimal | None = None
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Locating(Question[list[Sighting]]):
    """These moves took stock out of our places or brought it in: whose documents are behind them, and where is it?"""

    moves: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """Something that was found or done on the way of a lot (`lot`) or of what a move brought (`move`)."""

    kind: str
    title: str
    said: str
    lot: int | None = None
    move: int | None = None
    tone: str = ""
    url: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reviewing(Question[list[Reading]]):
    """What was measured, decided and done with these lots, and with what these moves brought?"""

    lots: tuple[int, ...] = ()
    moves: tuple[int, ...] = ()


@dataclass(frozen=True)
class OnOrder:
    """So much more of an item that an open document is to bring, in the item's unit.

    `lot` or `serial` where it is known which it will be. `within`: the document that it is a part of, whose own line
    names all of it, too: a vendor's last operation of a production order.
    """

    item: int
    quantity: Decimal
    what: str
    document: str
    site: str
    due_on: date
    party: str = ""
    lot: int | None = None
    serial: int | None = None
    number: str = ""
    note: str = ""
    url: str = ""
    within: str = ""


@dataclass(frozen=True, kw_only=True)
class Expecting(Question[list[OnOrder]]):
    """What is to come of these items at sites a user may see?"""

    items: tuple[int, ...]
    user: Any = None


@dataclass(frozen=True)
class Suspects:
    """`brought`: moves that brought stock; `issues`: moves into production whose product has not all come yet."""

    brought: tuple[int, ...] = ()
    issues: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Suspecting(Question[Suspects]):
    """What did this machine, worker, vendor, order or site have in hands in this time? Empty words do not narrow."""

    site: int | None = None
    resource: int | None = None
    worker: int | None = None
    vendor: int | None = None
    order: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class _OfRecall(Fact):
    recall: Recall

    def about(self) -> Sequence[Model]:
        return (self.recall,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {}


class RecallDrawnUp(_OfRecall):
    """What a recall touches was written down, or written down again."""


@dataclass(frozen=True, kw_only=True)
class Recalling(_OfRecall):
    """Everything a recall touches is about to be held: who works with these issues keeps still until it is.

    `issues`: moves into production whose product has not come yet."""

    issues: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recalled(Recalling):
    """Everything a recall touches is on hold; what is in process of these issues must not go on."""

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"issues": len(self.issues)}


class RecallLifted(_OfRecall):
    """Everything a recall held may be used again."""


class RecallClosed(_OfRecall):
    """A recall came to its end."""


class RecallReopened(_OfRecall):
    """It did not."""
