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

# Issues of these component lines that were not taken back, with what of them is in no product yet. What came out beside
# the product holds the same once more.
_LEFT = """
    SELECT m.id, mm.material_id, m.quantity - coalesce((
        SELECT sum(c.quantity) FROM inventory_consumed c JOIN inventory_move p ON p.id = c.receipt_id AND p.item_id = %s
        WHERE c.issue_id = m.id AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = p.id)), 0)
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

_STANDS = "NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)"
# Of each receipt beside the product (several of an item share by quantity, exactly) what it lacks of its report's
# components. What came alone may hold all that was issued but what other reports flushed later: rather too much is
# traced than something missed.
_BESIDE = f"""
    INSERT INTO inventory_consumed (issue_id, receipt_id, quantity)
    WITH came AS (
        SELECT om.report_id, o.kind, o.id AS output, m.id, m.quantity
        FROM execution_outputmove om
        JOIN planning_output o ON o.id = om.output_id AND o.order_id = %(order)s
        JOIN inventory_move m ON m.id = om.move_id AND m.reverses_id IS NULL AND {_STANDS}
    ), issued AS (
        SELECT m.id, m.quantity, mm.report_id FROM execution_materialmove mm
        JOIN planning_material p ON p.id = mm.material_id AND p.order_id = %(order)s
        JOIN inventory_move m ON m.id = mm.move_id AND m.reverses_id IS NULL AND {_STANDS}
    ), beside AS (
        SELECT report_id, output, id, (sum(quantity) OVER upto - quantity) / whole AS since,
            sum(quantity) OVER upto / whole AS until
        FROM (SELECT *, sum(quantity) OVER (PARTITION BY report_id, output) AS whole FROM came WHERE kind <> 'main') x
        WINDOW upto AS (PARTITION BY report_id, output ORDER BY id)
    ), holds AS (
        SELECT came.report_id, c.issue_id, sum(c.quantity) AS quantity
        FROM came JOIN inventory_consumed c ON c.receipt_id = came.id JOIN issued ON issued.id = c.issue_id
        WHERE came.kind = 'main' GROUP BY 1, 2
        UNION ALL
        SELECT alone.report_id, issued.id, issued.quantity
        FROM (SELECT report_id FROM came GROUP BY 1 HAVING NOT bool_or(kind = 'main')) alone
        JOIN issued ON issued.report_id IS NULL OR issued.report_id <= alone.report_id
    ), wanted AS (
        SELECT beside.id, holds.issue_id,
            round(holds.quantity * until, 12) - round(holds.quantity * since, 12) AS quantity
        FROM beside JOIN holds ON holds.report_id = beside.report_id
    )
    SELECT issue_id, id, quantity - has FROM (
        SELECT wanted.*, coalesce((SELECT sum(c.quantity) FROM inventory_consumed c
            WHERE c.issue_id = wanted.issue_id AND c.receipt_id = wanted.id), 0) AS has FROM wanted
    ) x WHERE quantity > has ORDER BY issue_id, id
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
    """Connect what was issued after products had come into stock already. Two reads, two writes."""
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
        if edges:
            link_beside(order=order)


def _edges(order: ProductionOrder, materials: Sequence[Material], came: Sequence[Came]) -> list[Edge]:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [order.item_id, [material.pk for material in materials]])
        issues = [Issued(*row) for row in cursor.fetchall() if row[2] > 0]
    needed: dict[int, Decimal] = {material.pk: material.quantity for material in materials}
    found = connect(issues=issues, receipts=came, needed=needed, planned=order.quantity)
    return [Edge(Move(pk=went.issue), Move(pk=went.receipt), went.quantity) for went in found]


def link_beside(*, order: ProductionOrder) -> None:
    """What came out beside the product contains what the product of the same report contains: each output holds a
    component whole, they are not shares of it. What came alone holds what was issued by then. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"order": order.pk})


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
