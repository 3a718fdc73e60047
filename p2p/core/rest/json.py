"""A request's JSON: strict, with the place of what nobody can store in one sentence."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from p2p.core.characters import composed, unfit, unstorable

DEEPEST = 40
LONGEST_NUMBER = 60
# Raw control characters are no JSON at all; they come as escapes, and halves of characters only so.
_ESCAPED = re.compile(r"\\u(00[0189]|007[fF]|[dD][89a-fA-F])|[\x7f-\x9f]|\\[bf]")


@dataclass(frozen=True)
class NoNumber:
    """Stands where a number stood that cannot be taken, until its place is known."""

    text: str


class JsonParser(JSONParser):
    """`application/json` in UTF-8, with a mark in front or without."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = stream.read().removeprefix(codecs.BOM_UTF8).decode("utf-8")
        except UnicodeDecodeError:
            raise ParseError(_("The body is not UTF-8.")) from None
        odd: list[NoNumber] = []
        body = _read(text, odd)
        if odd or _ESCAPED.search(text):
            errors = dict(strange(body))
            if errors:
                raise ValidationError(errors)
        # Letters may come as escapes, too: what is no plain text has to be looked at after it was read.
        return body if text.isascii() and "\\u" not in text else in_one_form(body)


def _read(text: str, odd: list[NoNumber]) -> Any:
    def no_number(said: str) -> NoNumber:
        odd.append(NoNumber(said))
        return odd[-1]

    def real(said: str) -> Any:
        number = float(said) if len(said) <= LONGEST_NUMBER else math.inf
        return number if math.isfinite(number) else no_number(said)

    def integer(said: str) -> Any:
        return int(said) if len(said) <= LONGEST_NUMBER else no_number(said)

    try:
        body = json.loads(text, parse_constant=no_number, parse_float=real, parse_int=integer)
    except json.JSONDecodeError as wrong:
        raise ParseError(
            _("The body is not JSON: line {line}, character {column} cannot be read.").format(
                line=wrong.lineno, column=wrong.colno
            )
        ) from None
    except RecursionError:
        _too_deep()
    if _depth(body) > DEEPEST:
        _too_deep()
    return body


def _too_deep() -> NoReturn:
    raise ParseError(_("The body has more than {most} levels.").format(most=DEEPEST))


def _depth(body: Any) -> int:
    """How many levels it has, one level at a time: a body must not decide how deep we call ourselves."""
    level, depth = [body], 0
    while level and depth <= DEEPEST:
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, (dict, list))]
        depth += 1
    return depth


def _inside(one: Any) -> Any:
    if isinstance(one, dict):
        return one.values()
    return one if isinstance(one, list) else ()


def in_one_form(value: Any) -> Any:
    """The same with all texts composed, so that what is looked for by them is found."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [in_one_form(inner) for inner in value]
    if isinstance(value, dict):
        return {composed(name): in_one_form(inner) for name, inner in value.items()}
    return value


def strange(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Place and sentence of everything that cannot be taken."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if sign := unfit(name):
                yield place, _("A name has the character {sign}, which no text may have.").format(sign=sign)
            else:
                yield from strange(inner, f"{place}.{name}".strip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strange(inner, f"{place}[{index}]")
    elif isinstance(value, NoNumber):
        yield place, _("{text} is not a number that can be stored.").format(text=value.text)
    elif isinstance(value, str) and (sign := unfit(value)):
        yield place, unstorable(sign)
