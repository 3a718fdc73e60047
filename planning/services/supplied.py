"""Who brings the components of work that a vendor does: the order's own copy says so, and all that draws from stock
goes by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from planning.models import Material, Operation, ProductionOrder
from planning.services import reserving
from planning.snapshot.recipes import Recipes
from strategies.models import BomLine, Item, OutsourcingPolicy, RouteOperation
from strategies.selectors.outwork import OutsideRules

Supply = OutsourcingPolicy.Supply
THEIRS = BomLine.Kind.VENDOR.value
LYING_THERE = "consigned"
"""Kind of a component that is ours and lies at the vendor: it is not sent, and used up there as pieces come back."""
KINDS = {Supply.VENDOR.value: THEIRS, Supply.CONSIGNED.value: LYING_THERE}


def _named(operation: Operation, step: RouteOperation | None) -> tuple[int, int]:
    """Item and number of its route, by which policies know it: a phantom's keeps its own, whatever the order's is."""
    return (step.route.item_id, step.number) if step else (operation.order.item_id, operation.number)


def _supply(rules: OutsideRules, operation: Operation, step: RouteOperation | None) -> str:
    if not operation.outside:
        return Supply.SEND.value
    item, number = _named(operation, step)
    return rules.supply(item, number, operation.order.start_on, operation.vendor_id)


def decided_at_birth(
    recipes: Recipes, operations: Sequence[Operation], materials: Iterable[Material]
) -> None:
    """Of orders being made, the kinds of what operations at vendors take. Nothing is written and nothing read."""
    kinds: dict[int, str] = {}
    for one in operations:
        step = recipes.step(one.route_operation_id)
        # Plans know policies by operations of routes: an order without a route is no other than they think.
        supply = _supply(recipes.rules, one, step) if step is not None else ""
        if supply in KINDS:
            kinds[id(one)] = KINDS[supply]
    if not kinds:
        return
    firsts: dict[int, Operation] = {}
    for one in sorted(operations, key=lambda row: row.number):
        firsts.setdefault(one.order.pk, one)
    for material in materials:
        taker = material.operation or firsts[material.order.pk]
        material.kind = kinds.get(id(taker), material.kind)


def supplied_anew(operations: Sequence[Operation]) -> list[Material]:
    """Whose the components are of operations that went to a vendor or came back, of those nothing was taken of yet; the
    rows that changed. What orders claimed of what they do not draw from our store any more is free again. Refused where
    a vendor was to bring a phantom. Four queries, and those of the claims."""
    known = {row.pk: row for row in _with_routes(operations)}
    firsts = _firsts({row.order_id for row in known.values()})
    rows = Material.objects.filter(order__in={row.order_id for row in known.values()}, issued_quantity=0)
    rows = rows.select_related("order", "bom_line", "item").select_for_update(of=("self",)).order_by("pk")
    rules = {
        site: OutsideRules(site, {_named(row, row.route_operation)[0] for row in known.values()})
        for site in {row.order.site for row in known.values()}
    }
    changed = []
    for material in rows:
        operation = known.get(material.operation_id or firsts[material.order_id])
        if operation is None:
            continue
        supply = _supply(rules[operation.order.site], operation, operation.route_operation)
        kind = KINDS.get(supply) or _ours(material)
        if kind != material.kind:
            material.kind = kind
            changed.append(material)
    Material.objects.bulk_update(changed, ["kind"])
    _free({row.order_id: row.order for row in known.values()}, changed)
    return changed


def _with_routes(operations: Sequence[Operation]) -> list[Operation]:
    rows = Operation.objects.filter(pk__in=[one.pk for one in operations])
    return list(rows.select_related("order__site", "route_operation__route"))


def _firsts(orders: Iterable[int]) -> dict[int, int]:
    """Order -> its first operation, which takes what names none."""
    rows = Operation.objects.filter(order__in=list(orders)).order_by("order", "-number", "-pk")
    return dict(rows.values_list("order_id", "pk"))


def _ours(material: Material) -> str:
    """As the bill has it; what orders take of phantoms is taken from stock."""
    line = material.bom_line
    if line is None:
        return BomLine.Kind.ITEM.value if material.kind in KINDS.values() else material.kind
    if line.kind != BomLine.Kind.PHANTOM:
        return line.kind
    if material.kind == THEIRS:
        raise Refused(
            _(
                "{order} has the vendor procure the phantom {item}, and no components of it: cancel the order and make "
                "it anew."
            ),
            code="phantom",
            order=material.order,
            item=material.item,
        )
    return BomLine.Kind.ITEM.value


def _free(orders: dict[int, ProductionOrder], changed: Sequence[Material]) -> None:
    gone: dict[int, list[Item]] = defaultdict(list)
    for material in changed:
        if material.kind in KINDS.values():
            gone[material.order_id].append(material.item)
    for key, items in gone.items():
        reserving.release(references=[orders[key].number], items=items, by=None)
    reserving.follow(orders=[orders[key] for key in sorted(gone)], by=None)
