"""An order on the floor, locked and read whole, with how its operations follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from execution.models import Adjustment
from execution.prepared import Prepared
from execution.services.ends import INPUT, OUTPUT, output_place
from p2p.core.fields import QuantityField
from p2p.core.refusal import Refused
from planning.models import Block, Material, Operation, ProductionOrder
from planning.sequence import directly_before
from planning.services import progress
from strategies.models import Location


@dataclass
class Job:
    """`order` is locked until the transaction ends; `operations` by number, cancelled ones left out."""

    order: ProductionOrder
    operations: list[Operation]
    before: dict[int, list[Operation]]
    after: dict[int, list[Operation]]

    @property
    def last(self) -> Operation:
        """The operation whose good pieces are the order's."""
        return [each for each in self.operations if not self.after[each.pk]][-1]

    @property
    def first(self) -> Operation:
        """Where materials go that name no operation."""
        return self.operations[0]

    def operation(self, key: int) -> Operation:
        return next(each for each in self.operations if each.pk == key)

    def takes_from(self, operation: Operation) -> list[Operation]:
        """The operations whose pieces this one picks up. Where a route forks, the pieces are counted by its
        first branch: the others work on the same pieces."""
        return [each for each in self.before[operation.pk] if self.after[each.pk][0].pk == operation.pk]

    @cached_property
    def materials(self) -> list[Material]:
        """The component lines, in order, each with its item, unit, place and operation."""
        known = {each.pk: each for each in self.operations}
        found: list[Material] = list(_materials(self.order.pk))
        for row in found:
            row.order = self.order
            if row.operation_id in known:
                row.operation = known[row.operation_id]
        return found

    @cached_property
    def places(self) -> dict[str, Location]:
        """Kind -> the first place of that kind at the site."""
        found = _places(self.order.site_id)
        for place in found:
            place.site = self.order.site
        return {place.kind: place for place in found}

    @property
    def production(self) -> Location:
        """Where issued components go and products come from: outside of stock."""
        place = self.places.get(Location.Kind.PRODUCTION)
        if place is None:
            raise Refused(_("{site} has no production location: add one first."), site=self.order.site.code)
        return place

    def place_of_vendor(self, operation: Operation) -> Location | None:
        """Where components of an outside operation lie: at its vendor; None in house, or while nothing is there."""
        if not operation.outside or operation.vendor_id is None:
            return None
        places = Location.objects.filter(site=self.order.site, vendor=operation.vendor_id, active=True)
        return places.filter(kind=Location.Kind.VENDOR).order_by("pk").first()

    @property
    def output_place(self) -> Location:
        """Where products go: the order's place, else where its last operation puts them (`ends.output_place`)."""
        place = output_place(self.order, self.last, self.places.get(Location.Kind.STORE))
        if place is None:
            raise Refused(_("{order} has no place to put its products: name one."), order=self.order.number)
        return place


def operations_of(orders: Sequence[ProductionOrder | int]) -> QuerySet[Operation]:
    """Their operations that are not cancelled, each with `before_ids` and the sentence of its oldest
    `block`.
    """
    before = directly_before().order_by("number").values("pk")
    block = Block.objects.filter(operation=OuterRef("pk"), closed_at__isnull=True).order_by("pk")
    return (
        Operation.objects.filter(order__in=orders)
        .exclude(state=Operation.State.CANCELLED)
        .annotate(before_ids=ArraySubquery(before), block=Subquery(block.values("sentence")[:1]))
        .select_related(*INPUT, *OUTPUT)
        .order_by("order_id", "number")
    )


def job_of(order: ProductionOrder, operations: list[Operation]) -> Job:
    """Put an order and its operations, as `operations_of` reads them, together."""
    known = {each.pk: each for each in operations}
    before: dict[int, list[Operation]] = {}
    after: dict[int, list[Operation]] = {key: [] for key in known}
    for each in operations:
        each.order = order
        before[each.pk] = [known[key] for key in each.before_ids if key in known]  # type: ignore[attr-defined]
        for one in before[each.pk]:
            after[one.pk].append(each)
    return Job(order, operations, before, after)


def beyond_plan() -> Coalesce:
    """Of a component: what was taken by hand beyond what the order wants, less what was given back of what reports
    took; the latter while its report stands."""
    rows = Adjustment.objects.filter(Q(report=None) | Q(report__reversed_by=None), material=OuterRef("pk"))
    total = rows.order_by().values("material").annotate(total=Sum("beyond")).values("total")
    return Coalesce(Subquery(total), Value(Decimal(0)), output_field=QuantityField())


_lock = Prepared(lambda key: progress.locking().filter(pk=key))
_operations = Prepared(lambda key: operations_of([key]))
_materials = Prepared(
    lambda key: (
        Material.objects.filter(order=key)
        .annotate(beyond=beyond_plan())
        .select_related("item__unit", "location")
        .order_by("position")
    )
)


_places = Prepared(
    lambda site: Location.objects.filter(site=site, active=True).order_by("kind", "pk").distinct("kind")
)


def lock_job(order_id: int) -> Job:
    """Lock one order and read its operations as they are now. Two statements. Refused when it has none."""
    (order,) = _lock(order_id)
    operations = _operations(order_id)
    if not operations:
        raise Refused(_("{order} has no operations."), about=order, order=order.number)
    return job_of(order, operations)
