"""What lies below an item in bills that are not retired: the one graph in which loops are looked for."""

from __future__ import annotations

from django.db import connection

from strategies.models.version import VersionState

# Each item once: UNION drops what was reached before, so no path is walked twice. What may stand in for a component
# counts as a component.
_EDGES = """
    JOIN strategies_bomversion AS version ON version.item_id = below.item_id AND version.state <> %(retired)s
    JOIN LATERAL (
        SELECT line.component_id FROM strategies_bomline AS line WHERE line.bom_id = version.id
         UNION ALL
        SELECT other.component_id
          FROM strategies_bomline AS line JOIN strategies_bomalternate AS other ON other.line_id = line.id
         WHERE line.bom_id = version.id
    ) AS edge ON true
"""
_BELOW = f"""
    WITH RECURSIVE below (item_id) AS (
        SELECT %(item)s::bigint UNION SELECT edge.component_id FROM below {_EDGES}
    )
    SELECT DISTINCT version.item_id, edge.component_id FROM below {_EDGES}
"""


def edges_below(item: int) -> list[tuple[int, int]]:
    """(parent, component) of everything the item takes on all levels, by their keys. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"item": item, "retired": VersionState.RETIRED})
        return list(cursor.fetchall())
