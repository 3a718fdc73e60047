"""Facts as JSON: shortened for the journal, whole for the outbox."""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

SHORT = 20
"""Sequences up to this length are written out in the journal; longer ones are counted."""


class Gone(Exception):
    """A record the fact speaks of was deleted before the fact was delivered."""


def shorten(value: object) -> Any:
    """JSON for people and feeds: decimals and instants as strings, records as their words, long lists counted."""
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, Mapping):
        if len(value) > SHORT:
            return {"count": len(value)}
        return {str(shorten(key)): shorten(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        if len(value) > SHORT:
            return {"count": len(value)}
        rows = [shorten(one) for one in value]
        return sorted(rows, key=str) if isinstance(value, (set, frozenset)) else rows
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: shorten(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if value is None or isinstance(value, (bool, int)):
        return value
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def plain_json(value: Any) -> Any:
    """The same with everything JSON lacks as text: decimals, instants, lazy words."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def pack(value: object) -> Any:
    """JSON from which `unpack` makes an equal value: facts, records (by key), decimals, instants, sequences."""
    if value is None or isinstance(value, (bool, int, float)) or type(value) is str:
        return value
    if isinstance(value, Model):
        return {"$record": value._meta.label_lower, "pk": value.pk}
    if isinstance(value, (list, tuple)):
        return {"$list": [pack(one) for one in value], "tuple": isinstance(value, tuple)}
    if isinstance(value, (set, frozenset)):
        return {"$set": [pack(one) for one in value]}
    if isinstance(value, Mapping):
        return {"$map": [[pack(key), pack(one)] for key, one in value.items()]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        whole = {one.name: pack(getattr(value, one.name)) for one in dataclasses.fields(value) if one.init}
        return {"$made": f"{type(value).__module__}:{type(value).__qualname__}", "of": whole}
    return _pack_leaf(value)


_LEAVES: dict[str, tuple[type, Any, Any]] = {
    "$instant": (datetime, datetime.isoformat, datetime.fromisoformat),
    "$date": (date, date.isoformat, date.fromisoformat),
    "$decimal": (Decimal, str, Decimal),
    "$fraction": (Fraction, str, Fraction),
    "$seconds": (timedelta, lambda span: str(Decimal(span // timedelta(microseconds=1))), None),
}


def _pack_leaf(value: object) -> Any:
    for tag, (kind, out, _back) in _LEAVES.items():
        if isinstance(value, kind):
            return {tag: out(value)}
    return str(value)


def unpack(packed: Any) -> Any:
    """The value `pack` was given. Records are read again; raises Gone when one no longer exists."""
    if not isinstance(packed, dict):
        return packed
    if "$record" in packed:
        return _record(packed["$record"], packed["pk"])
    if "$list" in packed:
        rows = [unpack(one) for one in packed["$list"]]
        return tuple(rows) if packed["tuple"] else rows
    if "$set" in packed:
        return frozenset(unpack(one) for one in packed["$set"])
    if "$map" in packed:
        return {unpack(key): unpack(one) for key, one in packed["$map"]}
    if "$made" in packed:
        module, _, name = packed["$made"].partition(":")
        kind = getattr(importlib.import_module(module), name)
        return kind(**{key: unpack(one) for key, one in packed["of"].items()})
    ((tag, text),) = packed.items()
    return timedelta(microseconds=int(text)) if tag == "$seconds" else _LEAVES[tag][2](text)


def _record(label: str, key: Any) -> Model:
    found: Model | None = apps.get_model(label)._base_manager.filter(pk=key).first()
    if found is None:
        raise Gone(f"{label} {key} no longer exists")
    return found
