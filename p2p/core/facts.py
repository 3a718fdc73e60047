"""How an app on the left lets apps on its right answer and act, without importing them.

ask(fact)      before the change: any listener may say no (raise Refused, or return Refused per record)
tell(fact)     after the change, in its transaction: a listener that raises undoes it all; the journal gets a row
gather(q)      typed answers from the right; nobody may write
later(fact)    an outbox row in the transaction; delivered after commit, until it works
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from django.db import connection, transaction
from django.db.models import Model

from p2p.core import carry, clock, posting
from p2p.core.layers import layer_of, rank_of
from p2p.core.models import Journal, OutboxRow
from p2p.core.refusal import Refused

if TYPE_CHECKING:
    from p2p.core.models import User

__all__ = [
    "Fact",
    "Question",
    "Refused",
    "ask",
    "gather",
    "heard",
    "later",
    "listen",
    "objections",
    "objections_by_record",
    "tell",
    "wiring",
]

Moment = Literal["ask", "tell", "gather", "later"]
Answer = TypeVar("Answer")
Spoken = TypeVar("Spoken", bound="Fact")
Listener = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that is about to happen (ask) or has happened (tell). Subclass as a frozen dataclass.

    Name facts that were told with a past participle (`Reported`), asked ones with a gerund (`Reporting`).
    """

    by: User | None = None

    def about(self) -> Sequence[Model]:
        """The records it concerns, the main one first. One journal row each."""
        return ()

    def scope(self) -> str:
        """The code of the site it happened at, or "": who may read it in the feed."""
        for record in self.about()[:1]:
            site = getattr(record, "site", None)
            return str(getattr(site, "code", ""))
        return ""

    def says(self, record: Model | None) -> dict[str, object]:
        """What the journal keeps beside the record. Sequences count unless short: a fact about ten thousand
        records must not be written ten thousand times. Override where one record deserves its own words."""
        concerned = {(type(one), one.pk) for one in self.about()[:20]}
        words: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "by" or (isinstance(value, Model) and (type(value), value.pk) in concerned):
                continue
            words[one.name] = carry.shorten(value)
        return words

    @classmethod
    def title(cls) -> str:
        """`planning.Released`: what the journal, webhooks and filters call it."""
        return f"{(layer_of(cls.__module__) or cls.__module__).rsplit('.', 1)[-1]}.{cls.__name__}"


@dataclass(frozen=True, kw_only=True)
class Question(Fact, Generic[Answer]):
    """Something the left wants to know from the right: `class Impact(Question[ImpactLine])`."""


@dataclass(frozen=True)
class _Ear:
    listener: Listener
    rank: int

    @property
    def name(self) -> str:
        return f"{self.listener.__module__}.{self.listener.__qualname__}"


_ears: dict[str, dict[type[Fact], list[_Ear]]] = {"ask": {}, "tell": {}, "gather": {}, "later": {}}


def listen(moment: Moment, fact: type[Spoken], listener: Callable[[Spoken], Any]) -> None:
    """Wire a listener, from `<app>/reactions.py` called by AppConfig.ready. Order of hearing: app layer."""
    ear = _Ear(listener, rank_of(listener.__module__))
    known = _ears[moment].setdefault(fact, [])
    if any(one.listener == listener for one in known):
        raise ValueError(f"{ear.name} already listens to {fact.title()}")
    if layer_of(fact.__module__) and ear.rank < rank_of(fact.__module__):
        raise ValueError(f"{ear.name} is left of {fact.title()}: facts travel right")
    if moment == "gather" and not issubclass(fact, Question):
        raise TypeError(f"{fact.title()} is not a Question: it cannot be gathered")
    known.append(ear)
    known.sort(key=lambda one: one.rank)


def _heard_by(moment: Moment, fact: Fact) -> list[_Ear]:
    ears = [ear for kind in type(fact).__mro__ for ear in _ears[moment].get(kind, ())]
    return sorted(ears, key=lambda one: one.rank)


def _noes(fact: Fact, ear: _Ear) -> Iterator[Refused]:
    try:
        yield from ear.listener(fact) or ()
    except Refused as no:
        yield no


def ask(fact: Fact) -> None:
    """Raise the first objection of any listener. Call before changing anything.

    A listener says no by raising Refused, or, about many records, by returning an iterable of
    `Refused(..., about=record)`.
    """
    for ear in _heard_by("ask", fact):
        for no in _noes(fact, ear):
            raise no


def objections(fact: Fact) -> list[str]:
    """Every reason why not, as sentences, without trying: a grey button's tooltip, `blocked_by` of the API."""
    return [str(no) for ear in _heard_by("ask", fact) for no in _noes(fact, ear)]


def objections_by_record(fact: Fact) -> dict[Any, list[str]]:
    """The same for a list: primary key -> sentences. A no about no record in particular counts for each."""
    said: dict[Any, list[str]] = {record.pk: [] for record in fact.about()}
    for ear in _heard_by("ask", fact):
        for no in _noes(fact, ear):
            for key in [no.about.pk] if no.about is not None else list(said):
                said.setdefault(key, []).append(str(no))
    return said


def tell(fact: Fact) -> None:
    """It has happened: journal it, then let the right act, all in the transaction of the change."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{fact.title()} told outside a transaction")
    _write_down(fact)
    for ear in _heard_by("tell", fact):
        ear.listener(fact)


def _write_down(fact: Fact) -> None:
    title, at, scope = fact.title(), clock.now(), fact.scope()
    rows = [
        Journal(
            at=at,
            fact=title,
            record_type=record._meta.label_lower if record is not None else "",
            record_id=record.pk if record is not None else None,
            record_key=str(record)[:160] if record is not None else "",
            scope=scope,
            payload=fact.says(record),
            by=fact.by,
        )
        for record in (fact.about() or (None,))
    ]
    Journal.objects.bulk_create(rows, batch_size=5000)


def later(fact: Fact) -> None:
    """For what the database can live without (mail, another system): one outbox row per listener, now."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{fact.title()} told outside a transaction")
    ears = _heard_by("later", fact)
    if not ears:
        return
    packed = carry.pack(fact)
    OutboxRow.objects.bulk_create(
        [OutboxRow(fact=fact.title(), listener=ear.name, payload=packed) for ear in ears]
    )
    transaction.on_commit(posting.deliver_soon, robust=True)


def gather(question: Question[Answer]) -> list[Answer]:
    """One answer per listener that has one (None is no answer), in the order of the layers; writing raises."""
    with _reading_only(question.title()):
        answers = [ear.listener(question) for ear in _heard_by("gather", question)]
    return [answer for answer in answers if answer is not None]


_WRITES = re.compile(
    r"\A\s*(?:(?:INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE|CREATE|ALTER|DROP|LOCK)\b"
    r"|WITH\b.*\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\b|SELECT\b.*\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b)",
    re.IGNORECASE | re.DOTALL,
)


@contextmanager
def _reading_only(title: str) -> Iterator[None]:
    def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(sql):
            raise RuntimeError(f"Somebody writes while answering {title}: {sql[:80]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(guard):
        yield


def wiring() -> list[tuple[str, str, str]]:
    """Every (moment, fact, listener) in the order of hearing: what `manage.py wiring` prints."""
    return [
        (moment, fact.title(), ear.name)
        for moment, by_fact in _ears.items()
        for fact, ears in sorted(
            by_fact.items(), key=lambda pair: (rank_of(pair[0].__module__), pair[0].title())
        )
        for ear in ears
        if layer_of(ear.listener.__module__)
    ]


def later_listeners() -> dict[str, Listener]:
    """Name -> listener of everything that hears `later`: the outbox finds its addressee here."""
    return {ear.name: ear.listener for ears in _ears["later"].values() for ear in ears}


@contextmanager
def heard(*kinds: type[Fact], moment: Moment = "tell") -> Iterator[list[Any]]:
    """For tests: collect what is told (or asked, ...) while inside."""
    seen: list[Any] = []
    ear = _Ear(seen.append, len(_ears) + 100)
    for kind in kinds:
        _ears[moment].setdefault(kind, []).append(ear)
    try:
        yield seen
    finally:
        for kind in kinds:
            _ears[moment][kind].remove(ear)


@contextmanager
def listening(moment: Moment, fact: type[Spoken], listener: Callable[[Spoken], Any]) -> Iterator[None]:
    """For tests: a listener for the length of the block."""
    listen(moment, fact, listener)
    try:
        yield
    finally:
        _ears[moment][fact] = [ear for ear in _ears[moment][fact] if ear.listener != listener]


def subjects(*records: Iterable[Model] | Model | None) -> tuple[Model, ...]:
    """Flatten records, lists of records and None into the tuple that `about` returns."""
    flat: list[Model] = []
    for one in records:
        if isinstance(one, Model):
            flat.append(one)
        elif one is not None:
            flat.extend(one)
    return tuple(flat)
