"""A bill that goes live finds the bills of its phantoms: nobody stocks a phantom, so no order could take it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import BigIntegerField, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion
from strategies.models.version import VersionState


def phantoms_have_bills(bills: Collection[int]) -> None:
    """Refused, naming the first line: a phantom of which no bill is in force on the first day that the line counts
    (today at the earliest), for the site of the bill, and whose line names none either. One query.

    Call it after the bills are active, so that a phantom's bill may go live together with the one that takes it.
    """
    today = clock.now().date()
    lines = BomLine.objects.filter(bom__in=bills, kind=BomLine.Kind.PHANTOM, component_bom=None)
    begun = lines.annotate(
        first_day=Greatest(
            Coalesce("valid_from", today, output_field=DateField()),
            Coalesce("bom__valid_from", today, output_field=DateField()),
            today,
            output_field=DateField(),
        )
    )
    counted = begun.filter(Q(valid_to=None) | Q(valid_to__gte=F("first_day")))
    missing = (
        counted.filter(~Exists(_in_force()))
        .select_related("bom__item", "component")
        .order_by("bom", "position")
    )
    line = missing.first()
    if line is None:
        return
    first_day: date = line.first_day
    raise Refused(
        _(
            "{version}, line {position}: the phantom {item} has no active bill on {day}: activate one with it."
        ),
        code="phantom_without_bill",
        about=line.bom,
        version=line.bom,
        position=line.position,
        item=line.component.number,
        day=first_day,
    )


def _in_force() -> QuerySet[BomVersion]:
    """Bills of the phantom of the outer line that orders of its bill may find on its first day; a bill for all
    sites is content with one of any site."""
    return BomVersion.objects.alias(
        above=ExpressionWrapper(OuterRef("bom__site"), output_field=BigIntegerField())
    ).filter(
        Q(site=None) | Q(above__isnull=True) | Q(site=F("above")),
        Q(valid_from=None) | Q(valid_from__lte=OuterRef("first_day")),
        Q(valid_to=None) | Q(valid_to__gte=OuterRef("first_day")),
        item=OuterRef("component"),
        state=VersionState.ACTIVE,
    )
