"""Bills of material: make a version, change its head and its lines, copy it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import VersionChanged, VersionMoved
from strategies.models import BomLine, BomOutput, BomVersion, Item, Site
from strategies.services.bom_inputs import AlternateInput, LineInput, StepInput, input_of
from strategies.services.bom_lines import rewrite_line, write_lines
from strategies.services.bom_loops import take_turn
from strategies.services.bom_outputs import OutputInput, output_input_of, write_outputs
from strategies.services.versions import lock_draft, next_version

__all__ = [
    "AlternateInput", "BomHead", "LineInput", "OutputInput", "StepInput", "add_line", "change_bom", "change_line",
    "copy_bom", "delete_bom", "draft_bom", "head_of", "remove_line", "set_lines", "take_turn",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BomHead:
    """What a version says about itself: for which site, days, quantities and batch it holds."""

    site: Site | None = None
    name: str = ""
    reason: str = ""
    kind: str = BomVersion.Kind.BOM
    valid_from: date | None = None
    valid_to: date | None = None
    from_quantity: Decimal = Decimal(0)
    batch_quantity: Decimal = Decimal(1)
    multiple_quantity: Decimal = Decimal(0)
    yield_fraction: Decimal = Decimal(1)


def head_of(bom: BomVersion) -> BomHead:
    """The head as it stands, to say what is to be different."""
    return BomHead(**{each.name: getattr(bom, each.name) for each in fields(BomHead)})


@transaction.atomic
def draft_bom(
    *,
    item: Item,
    site: Site | None = None,
    name: str = "",
    reason: str = "",
    kind: str = BomVersion.Kind.BOM,
    valid_from: date | None = None,
    valid_to: date | None = None,
    from_quantity: Decimal = Decimal(0),
    batch_quantity: Decimal = Decimal(1),
    multiple_quantity: Decimal = Decimal(0),
    yield_fraction: Decimal = Decimal(1),
    lines: Sequence[LineInput] = (),
    outputs: Sequence[OutputInput] = (),
    by: User,
) -> BomVersion:
    """A new draft with the next version number. Refused as `set_lines` and `set_outputs` refuse, and for days
    out of order."""
    bom = BomVersion(
        item=item,
        site=site,
        name=name,
        reason=reason,
        kind=kind,
        version=next_version(model=BomVersion, item=item, site=site),
        valid_from=valid_from,
        valid_to=valid_to,
        from_quantity=from_quantity,
        batch_quantity=batch_quantity,
        multiple_quantity=multiple_quantity,
        yield_fraction=yield_fraction,
    )
    _check_head(bom)
    bom.save()
    write_lines(bom, lines)
    write_outputs(bom, outputs)
    tell(VersionChanged(version=bom, by=by))
    return bom


@transaction.atomic
def change_bom(*, bom: BomVersion, to: BomHead, revision: int | None = None, by: User) -> BomVersion:
    """What the head of a draft says from now on; the lines stay (`formulas.rescale` changes them with the batch).

    For another site it gets that site's next number. Refused when somebody else was quicker (`revision`), and for
    figures and days that make no sense.
    """
    draft = lock_draft(bom, revision=revision)
    if (to.site.pk if to.site else None) != draft.site_id:
        draft.version = next_version(model=BomVersion, item=draft.item, site=to.site)
    for each in fields(to):
        setattr(draft, each.name, getattr(to, each.name))
    _check_head(draft)
    draft.save()
    return changed(draft, by)


@transaction.atomic
def delete_bom(*, bom: BomVersion, revision: int | None = None, by: User) -> None:
    """Throw a draft away, with its lines. Versions that were ever approved are retired instead."""
    draft = lock_draft(bom, revision=revision)
    tell(VersionMoved(version=draft, step="delete", by=by))
    draft.delete()


def _check_head(bom: BomVersion) -> None:
    if bom.valid_from and bom.valid_to and bom.valid_to < bom.valid_from:
        raise Refused(_("The last day is before the first."), code="days", field="valid_to")
    if bom.batch_quantity <= 0:
        raise Refused(_("The batch has to be more than 0."), code="not_positive", field="batch_quantity")
    if bom.from_quantity < 0 or bom.multiple_quantity < 0:
        raise Refused(_("A quantity cannot be negative."), code="negative", field="from_quantity")
    if not 0 < bom.yield_fraction <= 1:
        raise Refused(_("The yield is a share above 0, at most 1."), code="yield", field="yield_fraction")


@transaction.atomic
def set_lines(
    *, bom: BomVersion, lines: Sequence[LineInput], revision: int | None = None, by: User
) -> BomVersion:
    """Replace all lines of a draft.

    Refused, naming the component: quantities that make no sense, a unit that does not lead to the
    component's, days out of order, an item that would go into itself (with the path).
    """
    draft = lock_draft(bom, revision=revision)
    draft.lines.all().delete()
    write_lines(draft, lines)
    return changed(draft, by)


@transaction.atomic
def add_line(*, bom: BomVersion, line: LineInput, revision: int | None = None, by: User) -> BomLine:
    """One more line of a draft, at its position or behind the last. Refused as `set_lines` refuses."""
    draft = lock_draft(bom, revision=revision)
    [row] = write_lines(draft, [line])
    changed(draft, by)
    return row


@transaction.atomic
def change_line(*, line: BomLine, to: LineInput, revision: int | None = None, by: User) -> BomLine:
    """What a line of a draft says from now on. Refused as `set_lines` refuses."""
    draft = lock_draft(line.bom, revision=revision)
    rewrite_line(draft, line, to)
    changed(draft, by)
    return line


@transaction.atomic
def remove_line(*, line: BomLine, revision: int | None = None, by: User) -> BomVersion:
    """Take a line out of a draft."""
    draft = lock_draft(line.bom, revision=revision)
    line.delete()
    return changed(draft, by)


@transaction.atomic
def copy_bom(
    *,
    bom: BomVersion,
    item: Item | None = None,
    site: Site | None = None,
    valid_from: date | None = None,
    reason: str = "",
    by: User,
) -> BomVersion:
    """A draft with the same lines, steps, alternates and outputs, for the same item or another. Lines that have
    ended are left out; alternates are approved anew."""
    kept = bom.lines.select_related(
        "component__unit", "unit", "component_bom", "component_route", "vendor", "location"
    ).prefetch_related("steps", "alternates__component")
    beside: Sequence[BomOutput] = list(bom.outputs.select_related("item__unit", "unit"))
    return draft_bom(
        item=item or bom.item,
        site=site or (bom.site if item is None else None),
        name=bom.name,
        reason=reason,
        kind=bom.kind,
        valid_from=valid_from,
        from_quantity=bom.from_quantity,
        batch_quantity=bom.batch_quantity,
        multiple_quantity=bom.multiple_quantity,
        yield_fraction=bom.yield_fraction,
        lines=[input_of(line, nested=True) for line in kept if not _ended(line, valid_from)],
        outputs=[output_input_of(output) for output in beside],
        by=by,
    )


def _ended(line: BomLine, first: date | None) -> bool:
    return bool(first and line.valid_to and line.valid_to < first)


def changed(draft: BomVersion, by: User) -> BomVersion:
    """Count the change, so that a page opened before it cannot save over it, and tell."""
    draft.revision += 1
    draft.save(update_fields=["revision"])
    tell(VersionChanged(version=draft, by=by))
    return draft
