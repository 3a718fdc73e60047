"""What is there for demand that names its versions: pieces of orders made for it and not delivered yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, Sum

from p2p.core.numbers import decimal_of
from planning.measures import Measures
from planning.models import Demand, ProductionOrder
from planning.snapshot.keys import named_key, of_version
from strategies.engine.units import MissingConversion
from strategies.models import Site


def in_store(site: Site, keys: Collection[str], measures: Measures) -> dict[str, Decimal]:
    """Key -> what orders for such demand made, less what such demand was delivered, in the item's unit. It lies in
    stock among the rest, and is kept for it. Two queries."""
    made: dict[int | str, Fraction] = defaultdict(Fraction)
    units: dict[int | str, int] = {}
    orders = ProductionOrder.objects.filter(site=site, good_quantity__gt=0).exclude(named="").order_by()
    columns = ("item_id", "bom_id", "route_id", "named", "unit_id")
    for item, bom, route, named, unit, good in orders.values_list(*columns).annotate(Sum("good_quantity")):
        key = named_key(item, bom, route, named)
        made[key] += Fraction(good)
        units[key] = unit
    if not made:
        return {}
    lines = Demand.objects.filter(
        Q(bom_version__isnull=False) | Q(route_version__isnull=False), site=site, delivered_quantity__gt=0
    )
    columns = ("item_id", "bom_version_id", "route_version_id", "unit_id")
    rows = lines.order_by().values_list(*columns).annotate(Sum("delivered_quantity"))
    for item, bom, route, unit, delivered in rows:
        key = of_version(item, bom, route)
        if key in made:
            try:
                made[key] -= Fraction(delivered) * measures.factor(item, unit, units[key])
            except MissingConversion:
                continue  # said of the line itself while it is open
    return {str(key): decimal_of(left) for key, left in made.items() if left > 0 and key in keys}
