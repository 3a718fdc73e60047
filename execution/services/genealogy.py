"""Which issue of a component went into which receipt of the product: the edges of every trace."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from execution.engine.genealogy import Came, Issued, connect
from p2p.core.refusal import Refused
from p2p.inventory.models import Consumed, Move
from p2p.inventory.services.ledger import Edge, consumed
from planning.models import Material, ProductionOrder

# Issues of these component lines that were not taken back, with what of them is in no product yet.
_LEFT = """
    SELECT m.id, mm.material_id, m.quantity - coalesce((
        SELECT sum(c.quantity) FROM inventory_consumed c
        WHERE c.issue_id = m.id AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = c.receipt_id)), 0)
    FROM execution_materialmove mm
    JOIN inventory_move m ON m.id = mm.move_id AND m.reverses_id IS NULL
    WHERE mm.material_id = ANY(%s) AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
    ORDER BY m.id
"""
# Receipts of the order that were not taken back, each with what it is known to contain of each component
# line.
_CAME = """
    SELECT m.id, m.quantity, mm.material_id, sum(c.quantity)
    FROM execution_outputmove om
    JOIN planning_output o ON o.id = om.output_id AND o.order_id = %s AND o.kind = 'main'
    JOIN inventory_move m ON m.id = om.move_id AND m.reverses_id IS NULL
    LEFT JOIN (inventory_consumed c JOIN execution_materialmove mm ON mm.move_id = c.issue_id)
        ON c.receipt_id = m.id AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = c.issue_id)
    WHERE NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
    GROUP BY m.id, m.quantity, mm.material_id
    ORDER BY m.id
"""


def link_receipts(
    *,
    order: ProductionOrder,
    materials: Sequence[Material],
    receipts: Sequence[Move],
    own: Sequence[tuple[Material, Move]],
) -> None:
    """Connect new receipts: what their own report flushed goes into them whole, the rest comes from earlier
    issues.

    At most one read and one write; no read when the report flushed every component itself.
    """
    if not receipts:
        return
    own = own if len(receipts) == 1 else ()
    edges = [Edge(move, receipts[0], move.quantity) for _material, move in own]
    flushed = {material.pk for material, _move in own}
    others = [
        material for material in materials if material.pk not in flushed and material.issued_quantity > 0
    ]
    if others:
        came = [Came(receipt.pk, receipt.quantity, {}) for receipt in receipts]
        edges += _edges(order, others, came)
    consumed(edges=edges)


def catch_up(*, order: ProductionOrder, materials: Sequence[Material]) -> None:
    """Connect what was issued after products had come into stock already. Two reads, one write."""
    came: dict[int, Came] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [order.pk])
        for move, quantity, material, has in cursor.fetchall():
            receipt = came.setdefault(move, Came(move, quantity, {}))
            if material is not None:
                receipt.has[material] = has
    if came:
        edges = _edges(order, materials, list(came.values()))
        consumed(edges=edges)


def _edges(order: ProductionOrder, materials: Sequence[Material], came: Sequence[Came]) -> list[Edge]:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [[material.pk for material in materials]])
        issues = [Issued(*row) for row in cursor.fetchall() if row[2] > 0]
    needed: dict[int, Decimal] = {material.pk: material.quantity for material in materials}
    found = connect(issues=issues, receipts=came, needed=needed, planned=order.quantity)
    return [Edge(Move(pk=went.issue), Move(pk=went.receipt), went.quantity) for went in found]


def refuse_used(moves: Sequence[Move], order: ProductionOrder) -> None:
    """Refused when products contain what these issues took."""
    used = Consumed.objects.filter(issue__in=moves, receipt__reversed_by__isnull=True).select_related(
        "issue__item"
    )
    edge = used.order_by("pk").first()
    if edge is not None:
        raise Refused(
            _("{item} is already part of what {order} has made: undo its reports first."),
            code="used",
            about=order,
            item=edge.issue.item.number,
            order=order.number,
        )
