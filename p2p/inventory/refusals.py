"""The database's refusals about stock, in one sentence that names the item and the place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the ledger's triggers refuse into Refused. The names come with the error, so that neither a
    savepoint nor a query is needed; the transaction is lost either way."""
    try:
        yield
    except IntegrityError as error:
        refused = _refusal(error)
        if refused is None:
            raise
        raise refused from error


def _refusal(error: IntegrityError) -> Refused | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", "") or ""
    detail = getattr(diagnosis, "message_detail", "") or ""
    if "reverses_id" in name:
        return Refused(_("One of these moves was already reversed."), code="already_reversed")
    return _about_stock(name, json.loads(detail)) if detail.startswith("{") else None


def _about_stock(name: str, row: dict[str, Any]) -> Refused | None:
    which = f"{row['item']} {row['piece']}" if row["piece"] else str(row["item"])
    if name in {"balance_not_below_zero", "balance_reserved_is_there"}:
        return _short(which, row)
    if name == "stock_held":
        note = f" ({row['note']})" if row["note"] else ""
        return Refused(
            _("{item} at {place} is on hold{note}."), code="held", item=which, place=row["place"], note=note
        )
    if name == "place_counted":
        return Refused(
            _("{place} is being counted ({note}): nothing moves there until the count is posted."),
            code="counted",
            field="source",
            place=row["place"],
            note=row["note"],
        )
    if name == "balance_pieces_have_weight":
        return _unweighed(which, row)
    if name == "serial_in_one_place":
        return Refused(
            _("{item} is already in stock: a serial number can be in one place only."),
            code="serial_twice",
            item=which,
        )
    return None


def _short(which: str, row: dict[str, Any]) -> Refused:
    reserved = Decimal(row["reserved"])
    sentence = (
        _(
            "Only {there} {unit} of {item} at {place}, {reserved} of it reserved:"
            " {wanted} {unit} cannot be taken."
        )
        if reserved
        else _("Only {there} {unit} of {item} at {place}: {wanted} {unit} cannot be taken.")
    )
    return Refused(
        sentence,
        code="not_enough_stock",
        field="quantity",
        item=which,
        place=row["place"],
        unit=row["unit"],
        there=plain(Decimal(row["there"])),
        reserved=plain(reserved),
        wanted=plain(Decimal(row["wanted"])),
    )


def _unweighed(which: str, row: dict[str, Any]) -> Refused:
    """`there` and `wanted` are pieces, `reserved` and `note` what they weigh."""
    return Refused(
        _(
            "{there} pieces of {item}, {weight} {unit}, lie at {place}: {wanted} pieces of {taken} {unit} cannot be"
            " taken, since what stays must be pieces with a weight, or nothing."
        ),
        code="not_enough_stock",
        field="catch_quantity",
        item=which,
        place=row["place"],
        unit=row["unit"],
        there=plain(Decimal(row["there"])),
        weight=plain(Decimal(row["reserved"])),
        wanted=plain(Decimal(row["wanted"])),
        taken=plain(Decimal(row["note"])),
    )
