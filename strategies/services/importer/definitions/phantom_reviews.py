"""What a file may not do to phantoms: lines that nobody could make, and last days that leave bills in force empty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion
from strategies.models.version import VersionState
from strategies.services.importer.definitions.version_reviews import stay_drafts
from strategies.services.importer.sheets import Problem, Row
from strategies.services.importer.spool import portions
from strategies.services.phantom_outputs import losing_outputs, lost_beside
from strategies.services.phantom_weights import weighed_phantom, weighed_phantoms
from strategies.services.phantoms import (
    Gone,
    no_active_bill,
    no_parent_loses_its_phantom,
    without_bill,
)

HELD = "held"
"""Among the values of a row: the days on which an active bill held before its file said otherwise."""


def ended_bills_are_marked(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: which rows take days from a phantom's bill that is in force. One query for each few thousand rows."""
    for some in portions(row for row in rows if {"valid_from", "valid_to"} & row.given):
        items = {row.values["item"] for row in some}
        phantoms = BomLine.objects.filter(component__in=items, kind=BomLine.Kind.PHANTOM).order_by()
        active = BomVersion.objects.filter(
            item__in=phantoms.values("component"), state=VersionState.ACTIVE
        ).order_by()
        columns = ("item_id", "site_id", "version", "valid_from", "valid_to")
        held = {row[:3]: row[3:] for row in active.values_list(*columns)}
        for row in some:
            days = (row.values.get("valid_from"), row.values.get("valid_to"))
            if held.get(_key(row), days) != days:
                row.values[HELD] = held[_key(row)]
    return iter(())


def _key(row: Row) -> tuple[int, int | None, int]:
    return row.values["item"], row.values["site"], row.values["version"]


def ended_bills_leave_no_parent_empty(rows: Sequence[Row], by: User | None) -> Iterator[Problem]:
    """Settle: a bill that ends, by its row, while bills in force still take its item as a phantom; where the rest is
    saved it keeps its days. Three queries; where something is wrong, three for each row that takes days away."""
    marked = [row for row in rows if row.values.get(HELD)]
    if not marked or not _refusal([_gone(row) for row in marked]):
        return
    for row in marked:
        no = _refusal([_gone(row)])
        if no is not None:
            item, site, version = _key(row)
            first, last = row.values[HELD]
            bill = BomVersion.objects.filter(item=item, site=site, version=version)
            bill.update(valid_from=first, valid_to=last)
            yield Problem("boms", str(no), row.line, "valid_to", code=no.code)


def _gone(row: Row) -> Gone:
    first, last = row.values[HELD]
    return Gone(row.values["item"], first or date.min, last or date.max)


def _refusal(gone: Sequence[Gone]) -> Refused | None:
    try:
        no_parent_loses_its_phantom(gone)
    except Refused as no:
        return no
    return None


def phantoms_in_lines_have_bills(rows: Sequence[Row], by: User | None) -> Iterator[Problem]:
    """Settle: a phantom line that came to a bill in force, and of which no bill is in force. The bill is a draft where
    the rest is saved."""
    lines: dict[tuple[int, int], int] = {}
    for row in rows:
        if row.values.get("kind") == BomLine.Kind.PHANTOM:
            lines[row.values["bom"], row.values["position"]] = row.line
    bills = {bom for bom, _position in lines}
    active = BomVersion.objects.filter(pk__in=bills, state=VersionState.ACTIVE).order_by() if bills else None
    found = (
        list(without_bill(set(active.values_list("pk", flat=True)), [VersionState.ACTIVE])) if active else []
    )
    told: dict[int, list[BomLine]] = defaultdict(list)
    for line in found:
        told[line.bom_id].append(line)
        place = lines.get((line.bom_id, line.position))
        if place is not None:
            yield Problem(
                "bom_lines", str(no_active_bill(line)), place, "component", code="phantom_without_bill"
            )
    stay_drafts(BomVersion, told)


def phantoms_are_not_weighed(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of bom_lines: a line that takes as a phantom what is weighed and counted. One query."""
    at = {(row.values["bom"], row.values["position"]): row.line for row in rows}
    for line in weighed_phantoms().filter(bom__in={bom for bom, _position in at}):
        place = at.get((line.bom_id, line.position))
        if place is not None:
            yield Problem("bom_lines", str(weighed_phantom(line)), place, "kind", code="phantom_weighed")


def nothing_beside_phantoms(rows: Sequence[Row], by: User | None) -> Iterator[Problem]:
    """Settle: lines or outputs that came to a bill in force, so that a phantom would give something beside itself. The
    bill is a draft where the rest is saved."""
    first = {row.values["bom"]: row for row in reversed(rows)}
    items = dict(BomVersion.objects.filter(pk__in=first).values_list("item", "pk"))
    for line in losing_outputs(set(first)):
        bill = line.bom_id if line.bom_id in first else items[line.component_id]
        row = first[bill]
        named = ("bom_lines", "component") if "component" in row.values else ("bom_outputs", "output")
        yield Problem(named[0], str(lost_beside(line)), row.line, named[1], code="phantom_with_outputs")
        stay_drafts(BomVersion, [bill])
