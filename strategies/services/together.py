"""Many records of one kind changed together: each through its own service, all of them or none."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.models import User
from p2p.core.refusal import Refused, naming
from strategies.models import (
    Location,
    ReasonCode,
    Resource,
    ResourceGroup,
    StandardOperation,
    Vendor,
    VendorPrice,
    Worker,
)
from strategies.services import library, locations, people, reasons, resources, vendors
from strategies.services.routes import TimesInput

MOST = 2000
"""Records of one change: each is written, told and journalled by itself."""
Wanted = Mapping[str, Any]
Change = Callable[[Any, Wanted, User], None]


@dataclass(frozen=True)
class Outcome:
    """How many records were chosen, and how many of them become different."""

    chosen: int
    changed: int


def _saving(service: Callable[..., Any], argument: str) -> Change:
    """A change through a service that takes all values of a record: what is not wanted stays as it is."""
    names = [
        name for name in inspect.signature(service).parameters if name not in (argument, "revision", "by")
    ]

    def change(row: Any, wanted: Wanted, by: User) -> None:
        values = {name: wanted[name] if name in wanted else getattr(row, name) for name in names}
        service(**{argument: row}, **values, by=by)

    return change


def _standard(row: StandardOperation, wanted: Wanted, by: User) -> None:
    names = [each.name for each in fields(TimesInput)]
    times = TimesInput(**{name: wanted[name] if name in wanted else getattr(row, name) for name in names})
    library.save_standard(
        standard=row, code=row.code, times=times, active=wanted.get("active", row.active), by=by
    )


def _vendor(row: Vendor, wanted: Wanted, by: User) -> None:
    """Its own values; in use or not; and the lead time of the prices that hold today or later."""
    own = {name: value for name, value in wanted.items() if name not in ("active", "lead_time_days")}
    if own:
        vendors.change_vendor(vendor=row, **own, by=by)
    if wanted.get("active", row.active) != row.active:
        (vendors.restore_vendor if wanted["active"] else vendors.retire_vendor)(vendor=row, by=by)
    if "lead_time_days" in wanted:
        for price in _prices(row).exclude(lead_time_days=wanted["lead_time_days"]).order_by("pk"):
            vendors.change_price(vendor_price=price, lead_time_days=wanted["lead_time_days"], by=by)


def _prices(vendor: Vendor) -> QuerySet[VendorPrice]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
    return VendorPrice.objects.filter(lasting, vendor=vendor).select_related(
        "vendor", "item", "unit", "currency"
    )


CHANGES: dict[type[Model], Change] = {
    Resource: _saving(resources.save_resource, "resource"),
    ResourceGroup: _saving(resources.save_group, "resourcegroup"),
    Worker: _saving(people.save_worker, "worker"),
    Location: _saving(locations.save_location, "location"),
    ReasonCode: _saving(reasons.save_reason, "reasoncode"),
    StandardOperation: _standard,
    Vendor: _vendor,
}
"""How one record of a kind is changed."""


@transaction.atomic
def change_together(*, records: QuerySet[Any], wanted: Wanted, by: User) -> Outcome:
    """Give all these records the values of `wanted` (None takes one away); what has them already is left alone.

    Places take `walk_step` too: then the first in the order of codes gets `walk_order`, each next one so much more.
    Of a vendor `lead_time_days` is that of its prices. Refused when nothing is said, for more than 2,000 records,
    and as the service of the record refuses: with the first record that cannot be changed named before its reason.
    """
    rows = _locked(records, wanted)
    change, turns = CHANGES[records.model], _turns(rows, wanted)
    changed = 0
    for row in rows:
        own = {name: value for name, value in wanted.items() if name != "walk_step"} | turns.get(row.pk, {})
        if not _differs(row, own):
            continue
        with naming(_key(row)):
            change(row, own, by)
        changed += 1
    return Outcome(len(rows), changed)


def preview_together(*, records: QuerySet[Any], wanted: Wanted, by: User) -> Outcome:
    """What `change_together` would do or refuse: it is done and taken back, so that all rules are asked."""
    with transaction.atomic():
        outcome = change_together(records=records, wanted=wanted, by=by)
        transaction.set_rollback(True)
    return outcome


def _locked(records: QuerySet[Any], wanted: Wanted) -> list[Any]:
    if not wanted or set(wanted) == {"walk_step"}:
        raise Refused(_("Say what is to change."), code="nothing")
    model: type[Model] = records.model
    keys = list(records.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise Refused(_("Choose the rows first."), code="nothing")
    if len(keys) > MOST:
        raise Refused(_("At most {most} are changed together: narrow the list down."), code="many", most=MOST)
    behind = [one.name for one in model._meta.concrete_fields if isinstance(one, ForeignKey)]
    rows = model._default_manager.filter(pk__in=keys).select_related(*behind).order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def _turns(rows: list[Any], wanted: Wanted) -> dict[int, dict[str, int]]:
    """The turn of each place on the way, where they are counted up."""
    if not wanted.get("walk_step") or "walk_order" not in wanted:
        return {}
    first, step = wanted["walk_order"], wanted["walk_step"]
    ranked = sorted(rows, key=lambda row: (row.site.code, row.code))
    return {row.pk: {"walk_order": first + step * place} for place, row in enumerate(ranked)}


def _differs(row: Any, wanted: Wanted) -> bool:
    if any(getattr(row, name) != value for name, value in wanted.items() if hasattr(row, name)):
        return True
    if isinstance(row, Vendor) and "lead_time_days" in wanted:
        return _prices(row).exclude(lead_time_days=wanted["lead_time_days"]).exists()
    return False


def _key(row: Any) -> str:
    return str(getattr(row, "code", None) or row.number)
