"""Rows to plain data for a material plan: a handful of queries, whatever the size of the plant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Model, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from p2p.core.runs import revisions
from planning.engine.mrp import Demand, PlannedOrder, Problem, Receipt, Settings, lot_for_lot
from planning.measures import Measures
from planning.models import Demand as DemandLine
from planning.models import Material, ProductionOrder, ReplenishmentOrder
from planning.models.made_for import has_its_own
from planning.snapshot import keys
from planning.snapshot.bills import BillLines
from planning.snapshot.holes import Holes
from planning.snapshot.items import Stocked
from planning.snapshot.named import Origin, set_apart
from planning.snapshot.notices import Notice, gap_facts
from planning.snapshot.ties import Ties, beside, untied
from strategies import models as strategies
from strategies.engine.units import MissingConversion
from strategies.selectors.settings import settings_rows
from strategies.selectors.versions import Versions

if TYPE_CHECKING:
    from planning.rules import Rules


@dataclass(slots=True)
class Snapshot:
    """What the engine is given, and what the answer needs to become rows again."""

    problem: Problem
    boms: Versions
    routes: Versions
    vendors: dict[int, int]
    revisions: dict[type[Model], dict[int, int]]
    notices: list[Notice] = field(default_factory=list)
    holes: Holes | None = None

    def made_from(self, order: PlannedOrder) -> tuple[int, int | None, int | None]:
        """(item, bill, route) of a planned order: those that its demand names, else those in force on its start."""
        item, bom, route = keys.made_from(order.item)
        bom = bom or self.boms.on(item, order.start, order.quantity)
        return item, bom, route or self.routes.on(item, order.start, order.quantity)


def take(site: strategies.Site, rules: Rules) -> Snapshot:
    """Read everything the plan of a site depends on, as of one moment."""
    return _Reading(site, rules).snapshot()


class _Reading:
    """One snapshot in the making: tables that several steps look into."""

    def __init__(self, site: strategies.Site, rules: Rules) -> None:
        self.site, self.rules = site, rules
        self.measures = Measures()
        self.boms = Versions(strategies.BomVersion, site.pk)
        self.routes = Versions(strategies.RouteVersion, site.pk)
        self.stocked = Stocked(site, rules, self.measures, self.boms)
        self.units = self.stocked.units
        self.notices: list[Notice] = []
        self.ties = Ties(site, self.stocked.ordered, self.measures)
        self.named: set[str] = set()
        """Keys of items that demand wants of certain versions."""
        self.origins: dict[str, Origin] = {}
        """What open orders are made of."""

    def snapshot(self) -> Snapshot:
        items = list(self.stocked.items())
        demands = list(self.demands())
        if self.rules.netting:
            demands += self.materials()
        bills = BillLines(
            self.site, self.rules.first, self.measures, self.boms, self.routes, self.units, self.named,
            self.stocked.to_order, {str(one.item) for one in demands if keys.is_tied(one.item)},
        )  # fmt: skip
        lines = list(bills.lines())
        self.notices += bills.notices
        receipts: list[Receipt] = []
        if self.rules.netting:
            receipts = [*self.orders(), *self.replenishments()]
        items, demands, receipts, own = self.ties.share(items, demands, receipts, bills.twins)
        if self.named:
            items, receipts = set_apart(
                site=self.site,
                rules=self.rules,
                stocked=self.stocked,
                items=items,
                demands=[untied(one) for one in demands],
                receipts=receipts,
                origins=self.origins,
                routes=self.routes,
            )
        items += beside(items, demands, bills.twins)
        receipts += own
        items += bills.stand_ins
        problem = Problem(
            items=items, lines=lines, demands=demands, receipts=receipts, settings=self.settings()
        )
        seen: dict[type[Model], dict[int, int]] = {rows.model: revisions(rows) for rows in self.watched()}
        return Snapshot(
            problem, self.boms, self.routes, self.stocked.vendors, seen, self.notices, bills.holes
        )

    def watched(self) -> Iterator[QuerySet[Any]]:
        """The rows whose change while the plan is being made would make it wrong."""
        yield self.open_demand()
        if self.rules.netting:
            yield self.open_orders()
            yield self.open_replenishments()
        yield strategies.Item.objects.filter(active=True)
        yield settings_rows(self.site)
        yield strategies.BomLine.objects.filter(bom__state="active")
        yield strategies.OutsourcingPolicy.objects.filter(site=self.site)

    def settings(self) -> Settings:
        rules = self.rules
        if rules.plain:
            return lot_for_lot(first=rules.first, last=rules.last, flat_days=rules.flat_days)
        return Settings(
            first=rules.first,
            last=rules.last,
            netting=rules.netting,
            lead_times=rules.lead_times,
            lots=rules.lot_sizes,
            safety_stock=rules.safety_stock and rules.netting,
            combine="day" if rules.netting else "day_and_kind",
            overdue=rules.netting,
            bought=rules.netting,
            flat_days=rules.flat_days,
            scrap="divide" if self.site.scrap_rule == "divisor" else "multiply",
        )

    # ---- needs

    def open_demand(self) -> QuerySet[DemandLine]:
        rules = self.rules
        rows = DemandLine.objects.filter(site=self.site, state="open", quantity__gt=F("delivered_quantity"))
        if rules.start_after_order_days is None:
            rows = rows.filter(due_on__lte=rules.last)
            return rows if rules.netting else rows.filter(due_on__gte=rules.first)
        shift = timedelta(days=rules.start_after_order_days)
        rows = rows.filter(ordered_on__lte=rules.last - shift)
        return rows if rules.netting else rows.filter(ordered_on__gte=rules.first - shift)

    def demands(self) -> Iterator[Demand]:
        by_order = self.rules.start_after_order_days
        column = "due_on" if by_order is None else "ordered_on"
        shift = timedelta(days=by_order or 0)
        columns = (
            "pk", "item_id", "unit_id", "quantity", "delivered_quantity", column, "priority", "bom_version_id",
            "route_version_id",
        )  # fmt: skip
        days: dict[date, date] = {}
        rows = self.open_demand().order_by("pk").values_list(*columns)
        for key, item, unit, quantity, delivered, day, priority, bom, route in rows.iterator(
            chunk_size=20_000
        ):
            wanted = days.get(day)
            if wanted is None:
                wanted = days[day] = day + shift
            left = quantity - delivered if delivered else quantity
            own = self.units.get(item)
            if own is not None and own != unit:
                converted = self._converted(item, quantity, delivered, unit, own, f"{keys.DEMAND}{key}")
                if not converted:
                    continue
                left = converted
            made = keys.of_version(item, bom, route)
            if isinstance(made, str):
                self.named.add(made)
            name = f"{keys.DEMAND}{key}"
            if name in self.ties.groups:
                made = keys.tied(made)
            yield Demand(id=name, item=made, day=wanted, quantity=left, priority=priority)

    def _converted(
        self, item: int, quantity: Decimal, delivered: Decimal, unit: int, own: int, key: str
    ) -> Decimal | None:
        try:
            return self.measures.left(item, quantity, delivered, unit, own)
        except MissingConversion as gap:
            self.notices.append(
                Notice("no_conversion", item, gap_facts(self.measures, gap) | {"subject": key})
            )
            return None

    def open_orders(self) -> QuerySet[ProductionOrder]:
        return ProductionOrder.objects.filter(site=self.site, state__in=ProductionOrder.OPEN)

    def materials(self) -> Iterator[Demand]:
        """What open orders still have to draw, on the day they start."""
        rows = Material.objects.filter(
            order__site=self.site, order__state__in=ProductionOrder.OPEN, quantity__gt=F("issued_quantity")
        ).exclude(kind="vendor")
        columns = (
            "pk",
            "order_id",
            "item_id",
            "quantity",
            "issued_quantity",
            "order__start_on",
            "order__priority",
            "kind",
            "order__number",
        )
        for key, order, item, quantity, issued, day, priority, kind, number in rows.order_by(
            "pk"
        ).values_list(*columns):
            name, wanted = f"{keys.MATERIAL}{key}", item
            if has_its_own(kind, item in self.stocked.to_order):
                wanted = keys.tied(item)
                self.ties.groups[name] = (number, item)
            yield Demand(
                id=name,
                item=wanted,
                day=day,
                quantity=quantity - issued,
                priority=priority,
                order=f"{keys.ORDER}{order}",
            )

    # ---- supply under way

    def orders(self) -> Iterator[Receipt]:
        rows = self.open_orders().annotate(
            left=F("quantity") - F("good_quantity") - F("scrap_quantity"),
            day=Coalesce(TruncDate("ends_at"), "due_on"),
        )
        columns = (
            "pk", "item_id", "day", "left", "state", "bom_id", "route_id", "named", "for_demand_id",
            "for_material_id",
        )  # fmt: skip
        rows = rows.filter(left__gt=0).order_by("pk")
        for key, item, day, left, state, bom, route, named, *made_for in rows.values_list(*columns):
            receipt = f"{keys.ORDER}{key}"
            self.ties.made(receipt, *made_for)
            self.origins[receipt] = (bom, route, named)
            firm = state in ("released", "started")
            yield Receipt(id=receipt, item=item, day=day, quantity=left, firm=firm)

    def open_replenishments(self) -> QuerySet[ReplenishmentOrder]:
        return ReplenishmentOrder.objects.filter(site=self.site, state__in=ReplenishmentOrder.OPEN)

    def replenishments(self) -> Iterator[Receipt]:
        rows = self.open_replenishments().annotate(
            left=F("quantity") - F("received_quantity"), day=Coalesce(TruncDate("promised_at"), "due_on")
        )
        columns = ("pk", "item_id", "day", "left", "for_demand_id", "for_material_id")
        for key, item, day, left, *made_for in rows.filter(left__gt=0).order_by("pk").values_list(*columns):
            receipt = f"{keys.REPLENISHMENT}{key}"
            self.ties.made(receipt, *made_for)
            yield Receipt(id=receipt, item=item, day=day, quantity=left)
