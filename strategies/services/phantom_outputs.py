"""What comes out beside a phantom would be lost: nobody makes the phantom by itself, so nobody reports it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.models import BomLine, BomOutput, BomVersion
from strategies.models.version import VersionState
from strategies.services.phantoms import not_over


def nothing_lost_beside(bills: Collection[int]) -> None:
    """Refused, naming the first line: a bill in force takes a phantom whose bill has co- or by-products, and one of the
    two is among `bills`. Call it after these are active. One query, two where it refuses."""
    line = losing_outputs(bills).first()
    if line is not None:
        raise lost_beside(line)


def lost_beside(line: BomLine) -> Refused:
    """The sentence for a line of `losing_outputs`. One query."""
    own = Q(bom=line.component_bom_id) if line.component_bom_id else Q(bom__state=VersionState.ACTIVE)
    output = BomOutput.objects.filter(own, bom__item=line.component_id).select_related("item", "bom__item")
    lost = output.order_by("pk")[0]
    return Refused(
        _(
            "{version}, line {position} takes {phantom} as a phantom, and {bill} gives {output} beside it, which "
            "nobody would report: make the line an item, or take {output} off that bill."
        ),
        code="phantom_with_outputs",
        about=line.bom,
        version=line.bom,
        position=line.position,
        phantom=line.component.number,
        bill=lost.bom,
        output=lost.item.number,
    )


def losing_outputs(bills: Collection[int]) -> QuerySet[BomLine]:
    """Lines of bills in force, today or later, that take such a phantom: of these bills, or of what they make."""
    named = BomOutput.objects.filter(bom=OuterRef("component_bom"))
    found = BomOutput.objects.filter(bom__item=OuterRef("component"), bom__state=VersionState.ACTIVE)
    made = BomVersion.objects.filter(pk__in=bills).order_by().values("item")
    lines = BomLine.objects.filter(
        Q(bom__in=bills) | Q(component__in=made),
        not_over(),
        Exists(named) | Q(Exists(found), component_bom=None),
        kind=BomLine.Kind.PHANTOM,
        bom__state=VersionState.ACTIVE,
    )
    return lines.select_related("bom__item", "component").order_by("bom", "position")
