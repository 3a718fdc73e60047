"""Every error leaves as problem+json (RFC 9457): one sentence, a code, the field, what blocks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from p2p.core.characters import repeated, too_much
from p2p.core.refusal import Refused

PROBLEM = "application/problem+json"
_ROW = re.compile(r"\[(\d+)\](?:\.?(.+))?")


def problem(code: str, sentence: str, http_status: int, **more: Any) -> Response:
    """One problem. `more` holds field, errors or blocked_by where they say something."""
    body = {
        "type": f"/api/docs/#{code}",
        "code": code,
        "status": http_status,
        "detail": repeated(sentence),
    }
    body |= {key: value for key, value in more.items() if value not in ("", None)}
    return Response(body, status=http_status, content_type=PROBLEM)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler of the house; None lets a programming error be a 500."""
    if transaction.get_connection().in_atomic_block:
        set_rollback()
    if isinstance(error, Refused):
        return refused(error, getattr(error, "blocked_by", None) or [str(error)])
    if isinstance(error, exceptions.ValidationError):
        return invalid(list(flatten(error.detail)))
    if isinstance(error, ValidationError):
        return invalid(list(flatten(getattr(error, "message_dict", None) or error.messages)))
    if isinstance(error, Http404):
        return problem("not_found", _sentence(error, _("There is nothing at this address.")), 404)
    if isinstance(error, PermissionDenied):
        return problem("not_allowed", _sentence(error, _("You may not do this.")), 403)
    if isinstance(error, (ProtectedError, RestrictedError)):
        return _still_used(error)
    if isinstance(error, (IntegrityError, DataError)):
        return _conflict(error) if isinstance(error, IntegrityError) else _beyond(error)
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return None


def _beyond(error: DataError) -> Response | None:
    said = too_much(error)
    return invalid_text(said) if said else None


def refused(no: Refused, blocked_by: list[str]) -> Response:
    """409: what the request asks is not possible now."""
    return problem(no.code or "refused", str(no), 409, field=no.field, blocked_by=blocked_by)


def invalid(errors: list[dict[str, Any]]) -> Response:
    """400: the input does not make sense, with every place."""
    if not errors:
        return problem("invalid", _("The request cannot be read."), 400)
    first = errors[0]
    place = f"{spoken(first['field'])}: " if first.get("field") else ""
    return problem("invalid", f"{place}{first['detail']}", 400, field=first.get("field"), errors=errors)


def invalid_text(sentence: str) -> Response:
    """400 where only the database noticed, which does not say the place."""
    return problem("invalid", sentence, 400)


def spoken(place: str) -> str:
    """A place in words: of rows sent together, the line, as when their contents are wrong."""
    row = _ROW.fullmatch(place)
    if row is None:
        return place
    line = _("Line {line}").format(line=int(row[1]) + 1)
    return f"{line}, {row[2]}" if row[2] else line


def flatten(detail: Any, place: str = "") -> Iterator[dict[str, Any]]:
    """Nested messages of serializers as rows of field (`lines[2].quantity`) and detail."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            name = "" if key in {"non_field_errors", "__all__"} else str(key)
            if isinstance(key, int):  # the framework's lists tell the wrong ones by index
                yield from flatten(inner, f"{place}[{key}]")
            else:
                yield from flatten(inner, f"{place}.{name}".strip(".") if name else place)
    elif isinstance(detail, (list, tuple)):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from flatten(inner, f"{place}[{index}]" if nested else place)
    else:
        code = str(getattr(detail, "code", "invalid"))
        yield {"field": place, "detail": repeated(_plainly(str(detail), code)), "code": code}


def _plainly(sentence: str, code: str) -> str:
    """The framework names types of the language it is written in; who sends rows knows those of JSON."""
    if code == "not_a_list":
        return _("A list belongs here.")
    if code == "invalid" and sentence.startswith("Invalid data. Expected a dictionary"):
        return _("An object with fields belongs here.")
    return _("This is no key of a record.") if code == "incorrect_type" else sentence


def _sentence(error: Exception, otherwise: str) -> str:
    return str(error.args[0]) if error.args and isinstance(error.args[0], str) else otherwise


def _still_used(error: ProtectedError | RestrictedError) -> Response:
    users = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    names = sorted(str(one) for one in users)
    shown = ", ".join(names[:3]) + (f" (+{len(names) - 3})" if len(names) > 3 else "")
    return problem(
        "still_used", _("It is still used by {users}.").format(users=shown), 409, blocked_by=names[:20]
    )


def _conflict(error: IntegrityError) -> Response:
    told = getattr(error.__cause__, "diag", None)
    rule = getattr(told, "constraint_name", None) or ""
    where = getattr(told, "message_detail", None) or ""
    sentence = _("This contradicts a rule of the database ({rule}). {where}").format(rule=rule, where=where)
    return problem("conflict", sentence.strip(), 409)


def _of_framework(error: exceptions.APIException) -> Response:
    code = {401: "not_logged_in", 403: "not_allowed", 404: "not_found"}.get(error.status_code, "")
    response = problem(code or str(error.default_code), str(error.detail), error.status_code)
    for name, attribute in (("WWW-Authenticate", "auth_header"), ("Retry-After", "wait")):
        value = getattr(error, attribute, None)
        if value:
            response[name] = str(int(value)) if name == "Retry-After" else value
    return response


class Busy(exceptions.APIException):
    """The same request is being worked on at this moment."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "in_progress"
    wait = 1
