"""What has to hold in rows of bills, one by one and together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from strategies.models import BomAlternate, BomLine, BomOutput, BomStep, BomVersion, Item
from strategies.models.version import VersionState
from strategies.selectors.units import conversions
from strategies.services.bom_checks import MEASURES, share_of_batch
from strategies.services.importer.sheets import Problem, Row

OF_VENDORS = (BomLine.Kind.VENDOR, BomLine.Kind.SUBCONTRACT)
FOLLOWS = (BomLine.Formula.PERCENT, BomLine.Formula.STEP)
"""Lines of these say their quantity elsewhere."""


def line_makes_sense(row: Row) -> Iterable[tuple[str, str]]:
    """A line by itself: its quantity, the measures of its formula, its rounding, the operation of a vendor."""
    said = row.values
    formula = said["formula"]
    if said["quantity"] is None and formula not in FOLLOWS:
        yield "quantity", _("“{column}” is empty.").format(column="quantity")
    elif said["quantity"] is None:
        said["quantity"] = Decimal(1)
    for name in MEASURES.get(formula, ()):
        if not said[name]:
            yield name, _("The formula {formula} wants it.").format(formula=formula)
    if formula == BomLine.Formula.PERCENT and not said["percent"]:
        yield "percent", _("The formula {formula} wants it.").format(formula=formula)
    if said["rounding"] != BomLine.Rounding.NONE and not said["rounding_multiple"]:
        yield "rounding_multiple", _("Say what multiples it is rounded up to.")
    if said["kind"] in OF_VENDORS and said["operation_number"] is None:
        yield "operation_number", _("What a vendor gives or gets has to name its operation.")


def percents_follow(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of bom_lines: the quantity of a percent-controlled line is its share of the batch."""
    at = {
        (row.values["bom"], row.values["position"]): row.line
        for row in rows
        if row.values["formula"] == BomLine.Formula.PERCENT
    }
    if not at:
        return
    lines = BomLine.objects.filter(
        bom__in={bom for bom, _place in at}, formula=BomLine.Formula.PERCENT
    ).select_related("bom__item__unit", "component", "unit")
    ways, changed = conversions(), []
    for line in lines.order_by("pk"):
        place = at.get((line.bom_id, line.position))
        try:
            line.quantity = share_of_batch(line.bom, line.percent or Decimal(0), line.unit, ways)
            changed.append(line)
        except Refused as no:
            if place is not None:
                yield Problem("bom_lines", str(no), place, "unit", code="no_conversion")
    BomLine.objects.bulk_update(changed, ["quantity"], batch_size=1000)


def named_versions_may_be_used(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of bom_lines: a line names approved and active versions only, and its component is in use."""
    gone = set(
        Item.objects.filter(pk__in={row.values["component"] for row in rows}, active=False).values_list(
            "pk", flat=True
        )
    )
    named = {row.values["component_bom"] for row in rows if row.values["component_bom"]}
    usable = (VersionState.APPROVED, VersionState.ACTIVE)
    unusable = set(
        BomVersion.objects.filter(pk__in=named).exclude(state__in=usable).values_list("pk", flat=True)
    )
    for row in rows:
        if row.values["component_bom"] in unusable:
            text = _("A line may name an approved or active version only.")
            yield Problem("bom_lines", text, row.line, "component_bom", code="version_not_usable")
        if row.values["component"] in gone:
            text = _("This item is no longer in use.")
            yield Problem("bom_lines", text, row.line, "component", "warning", "inactive")


def steps_may_change(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard of bom_steps: the table of a line whose version is in use stays; a first one may be brought."""
    used = {row.values["line"] for row in rows}
    kept = BomStep.objects.filter(line__in=used).exclude(line__bom__state=VersionState.DRAFT)
    before: dict[int, dict[Decimal, Decimal]] = defaultdict(dict)
    for line, start, amount in kept.values_list("line_id", "from_quantity", "quantity"):
        before[line][start] = amount
    for row in rows:
        known = before.get(row.values["line"])
        if known is not None and known.get(row.values["from_quantity"]) != row.values["quantity"]:
            text = _("This version is no draft any more: change its lines in a new version.")
            yield Problem("bom_steps", text, row.line, "version", code="frozen")


def changed_alternates_are_approved_anew(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard of bom_alternates: an alternate that says something else has to be approved again; those of retired
    versions, and of a component for itself, are refused."""
    own = dict(
        BomLine.objects.filter(pk__in={row.values["line"] for row in rows}).values_list("pk", "component_id")
    )
    retired = set(
        BomLine.objects.filter(pk__in=own, bom__state=VersionState.RETIRED).values_list("pk", flat=True)
    )
    known = {
        (other.line_id, other.component_id, other.valid_from): other
        for other in BomAlternate.objects.filter(line__in=own, approved_at__isnull=False)
    }
    anew = []
    for row in rows:
        said = row.values
        if said["line"] in retired:
            yield Problem("bom_alternates", _("This version is retired."), row.line, "version", code="frozen")
        if own.get(said["line"]) == said["component"]:
            text = _("An item cannot stand in for itself.")
            yield Problem("bom_alternates", text, row.line, "component", code="itself")
        other = known.get((said["line"], said["component"], said["valid_from"]))
        if other and any(getattr(other, name) != said[name] for name in ("priority", "ratio", "valid_to")):
            anew.append(other.pk)
    BomAlternate.objects.filter(pk__in=anew).update(approved_by=None, approved_at=None)


def shares_leave_something(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of bom_outputs: cost shares add up to 1 at most, and no bill's own item comes out beside itself."""
    boms = {row.values["bom"] for row in rows}
    own = dict(BomVersion.objects.filter(pk__in=boms).values_list("pk", "item_id"))
    sums = BomOutput.objects.filter(bom__in=boms).values_list("bom_id").annotate(sum=Sum("cost_share"))
    over = {bom: whole for bom, whole in sums.order_by("bom_id") if whole > 1}
    for row in rows:
        bom = row.values["bom"]
        if bom in over:
            text = _("The cost shares of this bill add up to {share}: 1 is the most.").format(
                share=plain(over[bom])
            )
            yield Problem("bom_outputs", text, row.line, "cost_share", code="cost_shares")
        if own[bom] == row.values["item"]:
            text = _("This is the main product of the bill.")
            yield Problem("bom_outputs", text, row.line, "item", code="main_item")
