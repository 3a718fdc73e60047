"""What is weighed beside being counted is no phantom: nobody makes one by itself, so nobody weighs its pieces."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.models import BomLine, Item
from strategies.models.version import VersionState
from strategies.services.phantom_outputs import nothing_lost_beside
from strategies.services.phantoms import not_over, phantoms_have_bills

USABLE = (VersionState.APPROVED, VersionState.ACTIVE)


def weighed_phantom(line: BomLine) -> Refused:
    """The sentence for a line that takes as a phantom what is weighed and counted."""
    return Refused(
        _(
            "{version}, line {position} takes {item} as a phantom, and {item} is weighed and counted: nobody would "
            "weigh it. Make the line an item."
        ),
        code="phantom_weighed",
        about=line.bom,
        version=line.bom,
        position=line.position,
        item=line.component.number,
    )


def phantoms_may_be_taken(bills: Collection[int]) -> None:
    """Refused as `phantoms_have_bills`, `nothing_lost_beside` and `no_phantom_is_weighed` refuse. Call it after these
    bills are active; until the end nobody changes the items of their phantoms."""
    phantoms_have_bills(bills)
    nothing_lost_beside(bills)
    no_phantom_is_weighed(bills)


def no_phantom_is_weighed(bills: Collection[int]) -> None:
    """Refused, naming the first such line of these bills that has not ended. One query."""
    line = weighed_phantoms().filter(not_over(), bom__in=bills).first()
    if line is not None:
        raise weighed_phantom(line)


def weighed_phantoms() -> QuerySet[BomLine]:
    """Lines of any bill, by bill and position."""
    lines = BomLine.objects.filter(kind=BomLine.Kind.PHANTOM, component__catch_unit__isnull=False)
    return lines.select_related("bom__item", "component").order_by("bom", "position")


def no_bill_has_it_as_phantom(item: Item) -> None:
    """Refused, naming bill and line, for an item that is weighed and counted. One query, none for another one."""
    line = takers([item.pk]).first() if item.catch_unit_id is not None else None
    if line is not None:
        raise in_use_as_phantom(line)


def takers(items: Collection[int]) -> QuerySet[BomLine]:
    """Lines that take one of these as a phantom now or later, in bills that orders may use, by item, bill and
    position."""
    lines = BomLine.objects.filter(
        not_over(), component__in=items, kind=BomLine.Kind.PHANTOM, bom__state__in=USABLE
    )
    return lines.select_related("bom__item", "component").order_by(
        "component", "bom__item__number", "position", "pk"
    )


def in_use_as_phantom(line: BomLine) -> Refused:
    """The sentence for an item that cannot be weighed and counted because of a line of `takers`."""
    return Refused(
        _("{version}, line {position} takes {item} as a phantom: it cannot be weighed and counted."),
        code="phantom_weighed",
        field="catch_unit",
        version=line.bom,
        position=line.position,
        item=line.component.number,
    )
