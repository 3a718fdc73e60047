"""Labels of what a report brought into stock: its plates, lots and serial numbers."""

from __future__ import annotations

from execution.models import OutputMove, Report
from p2p.core.paper.label import Label
from p2p.inventory.labels import content_of, lot_label, serial_label, unit_label
from p2p.inventory.models import Move

RELATED = ("into_unit__location__site", "lot__item__unit", "serial__item__unit")


def brought(report: Report) -> list[Move]:
    """The moves of a report whose pieces can be named by a label: on a plate, of a lot, with a serial number."""
    keys = OutputMove.objects.filter(report=report).values("move")
    rows = Move.objects.filter(pk__in=keys).select_related(*RELATED).order_by("pk")
    return [move for move in rows if move.into_unit or move.lot or move.serial]


def labels_of(report: Report) -> list[Label]:
    """One for each plate, and one for each lot and serial number it brought."""
    found: dict[tuple[str, int], Label] = {}
    for move in brought(report):
        if move.into_unit is not None:
            unit = move.into_unit
            found.setdefault(("unit", unit.pk), unit_label(unit, content_of(unit)))
        if move.serial is not None:
            found[("serial", move.serial.pk)] = serial_label(move.serial)
        elif move.lot is not None:
            found[("lot", move.lot.pk)] = lot_label(
                move.lot, quantity=move.quantity, pieces=move.catch_quantity
            )
    return [found[key] for key in sorted(found, key=lambda key: (key[0] != "unit", key))]
