"""How a business rule says no: a sentence with parameters, put into words where it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from p2p.core.characters import repeated
from p2p.core.web import formats


class Refused(Exception):
    """A business rule says no; `str(refused)` is one sentence fit for the user, in the reader's language; days are
    handed over as days, and written as the reader writes them.

    `code` is stable for programs, `field` names the input that is wrong, `about` the record the
    objection concerns (so that one question about many records can be answered record by record).
    """

    def __init__(
        self, sentence: object, *, code: str = "", field: str = "", about: Any = None, **params: object
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.field = field
        self.about = about
        self.params = params

    def __str__(self) -> str:
        # A lazy translation is turned into words only here, in the language active at the edge.
        words = str(self.sentence)
        said = {name: _written(value) for name, value in self.params.items()}
        return repeated(words.format(**said)) if said else words

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception crosses process borders (Celery, xdist) as plain words: lazy text does not pickle.
        return _again, (str(self), self.code, self.field)


def _written(value: object) -> object:
    """Days and instants as the reader writes them."""
    if isinstance(value, datetime):
        return formats.moment(value)
    return formats.day(value) if isinstance(value, date) else value


def _again(sentence: str, code: str, field: str) -> Refused:
    return Refused(sentence, code=code, field=field)


@contextmanager
def naming(record: str) -> Iterator[None]:
    """Of many records, the one that is refused is named before its reason."""
    try:
        yield
    except Refused as no:
        raise Refused(
            "{record}: {words}", code=no.code or "no", field=no.field, record=record, words=str(no)
        ) from None


@contextmanager
def passing_over(codes: Collection[str]) -> Iterator[None]:
    """What is refused with one of these codes is left out; whoever asks says so elsewhere."""
    try:
        yield
    except Refused as no:
        if no.code not in codes:
            raise
