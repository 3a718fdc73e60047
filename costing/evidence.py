"""What an order's variances rest on: its ledger, its components, its hours; read for many orders at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Max, Q, Sum

from costing.engine.variances import Case, Consumed, Outside
from costing.models import CostVersion, Entry, ItemCost, Posting
from costing.selectors.standards import rates, standards
from costing.snapshot import good_shares
from costing.worked import Works
from costing.workprices import VendorWork, WorkPrices
from execution.models import MaterialMove
from p2p.core.numbers import ScrapRule, decimal_of, with_scrap
from planning.models import Material, Operation, ProductionOrder
from strategies.models import BomLine, BomVersion
from strategies.selectors.needs import RouteScrap
from strategies.selectors.settings import settings_at

Amounts = dict[int | None, Decimal]


@dataclass(frozen=True)
class Evidence:
    """One order's case for the variance engine."""

    case: Case


class _Ledger:
    """WIP postings of the orders, summed the ways that the case needs them."""

    def __init__(self, orders: Sequence[ProductionOrder]) -> None:
        self.actual: dict[int, Amounts] = defaultdict(dict)
        self.standard: dict[int, Amounts] = defaultdict(dict)
        self.by_item: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.postings: dict[tuple[int, int], int] = defaultdict(int)
        self.by_operation: dict[tuple[int, str], dict[int | None, Decimal]] = defaultdict(
            lambda: defaultdict(Decimal)
        )
        rows = (
            Posting.objects.filter(account=Posting.Account.WIP, entry__order__in=orders)
            .exclude(entry__kind=Entry.Kind.SETTLEMENT)
            .values_list("entry__order_id", "entry__kind", "entry__operation_id", "item_id", "element_id")
            .annotate(total=Sum("amount"), many=Count("pk"))
            .order_by("entry__order_id", "entry__kind", "entry__operation_id", "item_id", "element_id")
        )
        for order, kind, operation, item, element, total, many in rows:
            side = self.standard if kind == Entry.Kind.OUTPUT else self.actual
            sign = -1 if kind == Entry.Kind.OUTPUT else 1
            side[order][element] = side[order].get(element, Decimal(0)) + sign * total
            if kind == Entry.Kind.ISSUE and item is not None and element is not None:
                self.by_item[order, item][element] += total
                self.postings[order, item] += many
            elif kind != Entry.Kind.OUTPUT and operation is not None:
                self.by_operation[operation, "outside" if kind in _OUTSIDE else kind][element] += total


_OUTSIDE = (Entry.Kind.OUTSIDE, Entry.Kind.PRICE)


def gather_evidence(orders: Sequence[ProductionOrder], version: CostVersion | None) -> Mapping[int, Evidence]:
    """Order id -> evidence; the number of queries does not grow with the orders."""
    ledger = _Ledger(orders)
    issued = _issued(orders)
    materials = defaultdict(list)
    # What a vendor procures is in its price.
    ours = Material.objects.filter(order__in=orders).exclude(kind=BomLine.Kind.VENDOR)
    for material in ours.order_by("order", "position"):
        materials[material.order_id].append(material)
    operations = defaultdict(list)
    for operation in (
        Operation.objects.filter(order__in=orders)
        .select_related("route_operation__route", "route_operation__route_group", "group")
        .order_by("pk")
    ):
        operations[operation.order_id].append(operation)
    items = {item for _order, item in issued} | {one.item_id for rows in materials.values() for one in rows}
    prices = standards(version, items)
    known = rates(version)
    works = Works(orders, [one for rows in operations.values() for one in rows], version, known)
    lots = _lots(version, {order.item_id for order in orders})
    fees = _fees(version, [one for rows in operations.values() for one in rows if one.outside], orders, lots)
    return {
        order.pk: Evidence(
            Case(
                good=order.good_quantity,
                scrap=order.scrap_quantity,
                lot=lots.get(order.item_id) or order.quantity,
                consumed=tuple(_consumed(order, materials[order.pk], issued, prices, ledger)),
                worked=tuple(
                    row for one in operations[order.pk] for row in works.of(one, ledger.by_operation)
                ),
                outside=tuple(_outside(operations[order.pk], fees, ledger)),
                actual=ledger.actual[order.pk],
                standard=ledger.standard[order.pk],
            )
        )
        for order in orders
    }


def _issued(orders: Sequence[ProductionOrder]) -> dict[tuple[int, int], Decimal]:
    """(order, item) -> quantity issued, reversals taken off."""
    rows = (
        MaterialMove.objects.filter(material__order__in=orders)
        .values_list("material__order_id", "move__item_id")
        .annotate(
            out=Sum("move__quantity", filter=Q(move__reverses__isnull=True)),
            back=Sum("move__quantity", filter=Q(move__reverses__isnull=False)),
        )
        .order_by("material__order_id", "move__item_id")
    )
    return {(order, item): (out or Decimal(0)) - (back or Decimal(0)) for order, item, out, back in rows}


def _lots(version: CostVersion | None, items: set[int]) -> dict[int, Decimal]:
    if version is None:
        return {}
    rows = ItemCost.objects.filter(version=version, item__in=items).values_list("item_id")
    return dict(rows.annotate(lot=Max("lot_size")).order_by("item_id"))


def _consumed(
    order: ProductionOrder,
    materials: Sequence[Material],
    issued: Mapping[tuple[int, int], Decimal],
    prices: Mapping[int, Mapping[int, Decimal]],
    ledger: _Ledger,
) -> list[Consumed]:
    rule = ScrapRule(order.site.scrap_rule)
    allowed: dict[int, tuple[Fraction, Fraction]] = {}
    for material in materials:
        need = with_scrap(material.quantity_per, material.scrap_fraction, rule)
        piece, once = allowed.get(material.item_id, (Fraction(0), Fraction(0)))
        allowed[material.item_id] = (piece, once + need) if material.constant else (piece + need, once)
    used = {item for key, item in issued if key == order.pk} | set(allowed)
    return [
        Consumed(
            item=item,
            quantity=issued.get((order.pk, item), Decimal(0)),
            per_piece=allowed.get(item, (Fraction(0), Fraction(0)))[0],
            per_order=allowed.get(item, (Fraction(0), Fraction(0)))[1],
            prices=prices.get(item, {}),
            booked=ledger.by_item.get((order.pk, item), {}),
            planned=item in allowed,
            postings=ledger.postings.get((order.pk, item), 1),
        )
        for item in sorted(used)
    ]


def _fees(
    version: CostVersion | None,
    outside: Sequence[Operation],
    orders: Sequence[ProductionOrder],
    lots: Mapping[int, Decimal],
) -> Mapping[int, Fraction]:
    """Operation id -> what the standard has for it in one good piece: the vendor's fee, for the pieces that are sent
    and paid because of what is lost later on."""
    if version is None or not outside:
        return {}
    by_order = {order.pk: order for order in orders}
    site, items = version.site, {order.item_id for order in orders}
    prices = WorkPrices(site, version.valid_from, items | {_maker(one, by_order) for one in outside})
    scrap = RouteScrap(site, {one.route_operation.route_id for one in outside if one.route_operation})
    shares = good_shares(settings_at(site, items))
    yields = dict(
        BomVersion.objects.filter(pk__in={order.bom_id for order in orders}).values_list(
            "pk", "yield_fraction"
        )
    )
    found: dict[int, Fraction] = {}
    for one in outside:
        order, item = by_order[one.order_id], _maker(one, by_order)
        good = shares.get(order.item_id, Fraction(1)) * Fraction(yields.get(order.bom_id or 0, 1))
        lot = Fraction(lots.get(order.item_id) or 1)
        work = _vendor_work(one, item == order.item_id, lot / good, order, scrap)
        vendor = prices.decided(item, one.number, True).vendor
        fee = prices.fee(item, one.number, vendor, decimal_of(work.sent))
        if fee is not None:
            found[one.pk] = fee * work.paid / lot
    return found


def _maker(operation: Operation, orders: Mapping[int, ProductionOrder]) -> int:
    """The item whose route it is from: of the order, or of a phantom in it."""
    step = operation.route_operation
    return step.route.item_id if step else orders[operation.order_id].item_id


def _vendor_work(
    operation: Operation, own: bool, launch: Fraction, order: ProductionOrder, scrap: RouteScrap
) -> VendorWork:
    """Pieces at the vendor when `launch` are started; of a phantom's operation as many for each as in the order."""
    step = operation.route_operation
    if own and step is not None:
        return VendorWork.of(scrap, step.route_id, step.number, launch)
    sent = Fraction(operation.quantity) * launch / Fraction(order.quantity)
    return VendorWork(sent, sent)


def _outside(
    operations: Sequence[Operation],
    fees: Mapping[int, Fraction],
    ledger: _Ledger,
) -> list[Outside]:
    return [
        Outside(
            operation=operation.pk,
            element=element,
            booked=amount,
            per_piece=fees.get(operation.pk, Fraction(0)),
        )
        for operation in operations
        if operation.outside
        for element, amount in ledger.by_operation[operation.pk, "outside"].items()
        if element is not None
    ]
