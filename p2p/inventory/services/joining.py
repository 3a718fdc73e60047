"""More of a lot that is there already: it agrees with what is written about it, or it is another lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.attributes import number_in
from p2p.inventory.models import Lot, Move
from p2p.inventory.services.lot_changes import change_lot
from strategies.models import Item, Vendor


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says of goods that come in; what is left empty is not said."""

    vendor: Vendor | None = None
    vendor_lot: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


_DIFFERS = {
    "vendor": _("{item} has a lot {lot} already, from {kept}, not {said}: name another lot."),
    "vendor_lot": _(
        "{item} has a lot {lot} already, of the vendor's lot {kept}, not {said}: name another lot."
    ),
    "made_on": _("{item} has a lot {lot} already, and it was made on {kept}, not {said}: name another lot."),
    "expires_on": _(
        "{item} has a lot {lot} already, and it expires on {kept}, not {said}: name another lot."
    ),
    "attributes": _("{item} has a lot {lot} already, with {name} {kept}, not {said}: name another lot."),
}
_UNKNOWN = {
    "vendor": _("its vendor is not known"),
    "vendor_lot": _("its vendor's lot is not known"),
    "made_on": _("the day it was made is not known"),
    "expires_on": _("the day it expires is not known"),
    "attributes": _("its {name} is not known"),
}
Pair = tuple[str, str, Any, Any]
"""Column, characteristic, what is written, what is said."""


def join(*, item: Item, lot: Lot, said: Said, fresh: bool, by: User | None) -> Lot:
    """The lot, with more of it coming. Refused when something else is said than is written about it.

    What is not written yet is written now when `fresh` and nothing of the lot ever moved: it was set up before its
    goods came. Else it is refused, since what lies there may be of another vendor's lot. No query when all agrees.
    """
    apart = list(_apart(lot, said))
    if not apart:
        return lot
    known = [pair for pair in apart if _written(pair)]
    if known or not fresh or Move.objects.filter(lot=lot).exists():
        raise _no(item, lot, (known or apart)[0])
    given: dict[str, Any] = {column: value for column, _name, _kept, value in apart if column != "attributes"}
    attributes = {name: value for column, name, _kept, value in apart if column == "attributes"}
    if attributes:
        given["attributes"] = attributes
    return change_lot(lot=lot, **given, by=by)


def differing(*, item: Item, lot: Lot, said: Said) -> Refused | None:
    """Why goods of which this is said are not of the lot; None when they may be."""
    return next((_no(item, lot, pair) for pair in _apart(lot, said)), None)


def _apart(lot: Lot, said: Said) -> Iterator[Pair]:
    """What is said and is not what is written."""
    if said.vendor is not None and said.vendor.pk != lot.vendor_id:
        yield "vendor", "", lot.vendor, said.vendor
    for column in ("vendor_lot", "made_on", "expires_on"):
        kept, value = getattr(lot, column), getattr(said, column)
        if value and value != kept:
            yield column, "", kept, value
    for name, value in said.attributes.items():
        kept = lot.attributes.get(name)
        if _worth(value) not in {"", _worth(kept)}:
            yield "attributes", name, kept, value


def _worth(value: Any) -> Any:
    """3.50 is 3.5; what is no number is its text."""
    text = "" if value is None else str(value).strip()
    number = number_in(text) if text else None
    return text if number is None else number


def _written(pair: Pair) -> bool:
    return pair[2] not in (None, "")


def _no(item: Item, lot: Lot, pair: Pair) -> Refused:
    column, name, kept, value = pair
    unknown = _(
        "{item} has a lot {lot} already, and {what}: name another lot, or write {said} about it first."
    )
    what = _UNKNOWN[column]
    return Refused(
        _DIFFERS[column] if _written(pair) else unknown,
        code="lot_differs",
        field=column,
        about=item,
        item=item.number,
        lot=lot.number,
        name=name,
        what=str(what).format(name=name) if name else what,
        kept=_plain(kept),
        said=_plain(value),
    )


def _plain(value: Any) -> Any:
    return value.number if isinstance(value, Vendor) else value
