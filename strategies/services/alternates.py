"""What may stand in for a component: added by an engineer, used only once approved."""

from __future__ import annotations

from dataclasses import fields

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import VersionChanged
from strategies.models import BomAlternate, BomLine, BomVersion
from strategies.models.version import VersionState
from strategies.services.bom_checks import check_alternate
from strategies.services.bom_inputs import AlternateInput
from strategies.services.bom_loops import refuse_loop


@transaction.atomic
def add_alternate(*, line: BomLine, to: AlternateInput, by: User) -> BomAlternate:
    """One more component that may stand in, in a bill of any state but retired: it counts once approved.

    Refused for one that stands in for itself or is there already for these days, for a ratio of 0 or less, days
    out of order, and a loop (with the path).
    """
    bom = _lock(line)
    check_alternate(line.component, to)
    _refuse_twice(line, to)
    row = BomAlternate.objects.create(line=line, **_said(to))
    refuse_loop(bom)
    return _told(row, bom, by)


@transaction.atomic
def change_alternate(*, alternate: BomAlternate, to: AlternateInput, by: User) -> BomAlternate:
    """What an alternate says from now on: it has to be approved again. Refused as `add_alternate` refuses."""
    bom = _lock(alternate.line)
    check_alternate(alternate.line.component, to)
    _refuse_twice(alternate.line, to, but=alternate)
    another = not BomAlternate.objects.filter(pk=alternate.pk, component=to.component).exists()
    for name, value in _said(to).items():
        setattr(alternate, name, value)
    alternate.approved_by = alternate.approved_at = None
    alternate.save()
    if another:
        refuse_loop(bom)
    return _told(alternate, bom, by)


@transaction.atomic
def remove_alternate(*, alternate: BomAlternate, by: User) -> BomVersion:
    """It may not stand in any more; orders that took it keep it."""
    bom = _lock(alternate.line)
    alternate.delete()
    tell(VersionChanged(version=bom, by=by))
    return bom


@transaction.atomic
def approve_alternate(*, alternate: BomAlternate, by: User) -> BomAlternate:
    """Supervisors may take it from now on. Refused when it is approved already, or its item is out of use."""
    bom = _lock(alternate.line)
    row = (
        BomAlternate.objects.select_for_update(of=("self",)).select_related("component").get(pk=alternate.pk)
    )
    if row.approved_at is not None:
        raise Refused(_("{item} is approved already."), code="approved", about=bom, item=row.component.number)
    if not row.component.active:
        raise Refused(_("{item} is no longer in use."), code="inactive", item=row.component.number)
    row.approved_by, row.approved_at = by, clock.now()
    row.save(update_fields=["approved_by", "approved_at"])
    return _told(row, bom, by)


def _lock(line: BomLine) -> BomVersion:
    bom = (
        BomVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item")
        .get(pk=line.bom_id)
    )
    if bom.state == VersionState.RETIRED:
        raise Refused(_("{version} is retired."), code="frozen", about=bom, version=bom)
    return bom


def _said(to: AlternateInput) -> dict[str, object]:
    return {each.name: getattr(to, each.name) for each in fields(AlternateInput)}


def _refuse_twice(line: BomLine, to: AlternateInput, but: BomAlternate | None = None) -> None:
    rows = line.alternates.filter(component=to.component, valid_from=to.valid_from)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    if rows.exists():
        raise Refused(
            _("{item} may stand in already from that day."),
            code="twice",
            field="component",
            item=to.component.number,
        )


def _told(row: BomAlternate, bom: BomVersion, by: User) -> BomAlternate:
    tell(VersionChanged(version=bom, by=by))
    return row
