"""What comes out beside the product: as expected, as a report says otherwise, or although nobody planned it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from execution.engine.proposal import propose
from execution.models import Report, Variation
from execution.services.adding import check_addable, check_kind, check_share
from execution.services.job import Job
from p2p.core.models import User
from p2p.core.numbers import Rounding
from p2p.core.refusal import Refused
from p2p.inventory.services.checks import LARGEST, check_digits
from planning.models import Output, ProductionOrder
from planning.services import progress
from strategies.models import Item, ReasonCode

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a report says of one output (the item's unit). `quantity` None: what is expected, less the `scrap`.

    `lot`, `serials`, `plate` and `catch_quantity` as for the product. `kind` ("": as before, else a by-product) and
    `cost_share` (0 to 1, of the order's cost; None: as before) are of an output that nobody planned: without a share it
    is worth its own value.
    """

    item: Item
    quantity: Decimal | None = None
    scrap: Decimal = ZERO
    reason: ReasonCode | None = None
    lot: str = ""
    serials: tuple[str, ...] = ()
    plate: str = ""
    catch_quantity: Decimal | None = None
    kind: str = ""
    cost_share: Decimal | None = None

    @property
    def names(self) -> bool:
        """Whether it says something of what comes into stock."""
        return bool(self.lot or self.serials or self.plate or self.catch_quantity)


@dataclass(frozen=True)
class Yielded:
    """One output of a report: what comes into stock, what was expected, and what was said of it."""

    output: Output
    quantity: Decimal
    expected: Decimal
    said: Beside | None = None

    @property
    def varies(self) -> bool:
        """Whether later reports have to know it."""
        if self.said is None:
            return False
        return not self.output.planned or bool(self.said.scrap) or self.quantity != self.expected


def yielded(
    *,
    job: Job,
    main: Output,
    others: Sequence[Output],
    good: Decimal,
    said: Sequence[Beside],
    by: User | None,
) -> list[Yielded]:
    """What comes out beside `good` pieces of the last operation: of each planned output what is expected or typed, and
    what was added. Refused, one sentence each, before anything is written but the rows of new outputs."""
    told = _by_item(job, main, said)
    off = _off(others)
    found = []
    for output in others:
        expected = _expected(output, main, good, off.get(output.pk, ZERO)) if output.planned else ZERO
        one = told.pop(output.item_id, None)
        if one is not None and one.kind not in ("", output.kind):
            check_kind(job.order, output, standing=output.planned or output.pk in off, by=by)
            output.kind = progress.add_output(order=job.order, item=one.item, kind=one.kind).kind
        if one is not None and not output.planned:
            check_share(job.order, output, one, by)
        found.append(_one(output, expected, one))
    for one in told.values():
        check_addable(job, one, by)
        output = progress.add_output(order=job.order, item=one.item, kind=one.kind or Output.Kind.BY)
        output.item = one.item
        found.append(_one(output, ZERO, one))
    return found


@dataclass(frozen=True)
class Expecting:
    """One output beside the product, and how much more than expected (`off`) was said of it so far."""

    main: Output
    output: Output
    off: Decimal

    def of(self, good: Decimal) -> Decimal:
        """What comes with `good` more pieces by itself."""
        return _expected(self.output, self.main, good, self.off) if self.output.planned else ZERO


def expecting(order: ProductionOrder) -> list[Expecting]:
    """What comes out beside the product of an order, and what reports that stand added. At most two queries."""
    related = ("item__unit", "item__catch_unit")
    rows = list(Output.objects.filter(order=order).select_related(*related).order_by("pk"))
    main = next((row for row in rows if row.kind == Output.Kind.MAIN), None)
    others = [row for row in rows if row is not main]
    off = _off(others)
    known = [row for row in others if row.planned or row.pk in off]
    return [Expecting(main, row, off.get(row.pk, ZERO)) for row in known] if main else []


def expected_of(order: ProductionOrder, good: Decimal) -> list[Yielded]:
    """What would come out beside `good` more pieces by itself."""
    return [Yielded(one.output, one.of(good), one.of(good)) for one in expecting(order)]


def _by_item(job: Job, main: Output, said: Sequence[Beside]) -> dict[int, Beside]:
    told: dict[int, Beside] = {}
    for one in said:
        words = {"item": one.item.number, "order": job.order.number}
        if one.item.pk == main.item_id:
            raise Refused(
                _("{item} is what {order} makes: report it as good, not beside."), field="item", **words
            )
        if one.item.pk in told:
            raise Refused(_("{item} is named twice in one report."), code="twice", field="item", **words)
        _check_figures(one)
        told[one.item.pk] = one
    return told


def _check_figures(one: Beside) -> None:
    for field, amount in (("quantity", one.quantity), ("scrap", one.scrap)):
        if amount is None:
            continue
        if not amount.is_finite() or amount < 0 or amount >= LARGEST:
            raise Refused(
                _("{quantity} is no quantity of {item} that can come out."),
                field=field,
                about=one.item,
                quantity=amount,
                item=one.item.number,
            )
        check_digits(one.item, amount)
    if one.scrap and (one.reason is None or one.reason.kind != ReasonCode.Kind.SCRAP):
        raise Refused(
            _("Say why {item} is scrap: choose a reason for scrap."),
            code="reason_missing",
            field="reason",
            about=one.item,
            item=one.item.number,
        )
    if one.cost_share is not None and not (one.cost_share.is_finite() and 0 <= one.cost_share <= 1):
        raise Refused(
            _("The share of the cost that {item} carries is between 0 and 100 %."),
            code="cost_shares",
            field="cost_share",
            about=one.item,
            item=one.item.number,
        )


def _one(output: Output, expected: Decimal, said: Beside | None) -> Yielded:
    if said is None:
        return Yielded(output, expected, expected)
    quantity = max(ZERO, expected - said.scrap) if said.quantity is None else said.quantity
    number = output.item.number
    if output.planned and said.cost_share is not None and said.cost_share != output.cost_share:
        raise Refused(
            _("What share of the cost {item} carries was planned with the order: leave it empty."),
            code="planned",
            field="cost_share",
            about=output.item,
            item=number,
        )
    if not quantity and said.names:
        raise Refused(
            _("Nothing of {item} comes into stock: leave its lot, serial numbers, plate and pieces empty."),
            code="nothing_comes",
            field="lot",
            about=output.item,
            item=number,
        )
    return Yielded(output, quantity, expected, said)


def _off(others: Sequence[Output]) -> dict[int, Decimal]:
    """Output -> how much more than expected the reports that stand have said of it. No query without outputs."""
    if not others:
        return {}
    rows = Variation.objects.filter(output__in=others, report__reversed_by__isnull=True).values_list("output")
    return dict(rows.annotate(off=Sum(F("quantity") - F("expected"))).order_by("output"))


def _expected(output: Output, main: Output, good: Decimal, off: Decimal) -> Decimal:
    """What has come out beside the product by now, less what was received by itself: never negative. What was typed
    otherwise stays so."""
    return propose(
        needed=output.quantity,
        constant=False,
        processed=main.received_quantity + good,
        planned=main.quantity,
        issued=output.received_quantity - off,
        step=Decimal(1).scaleb(-output.item.unit.digits),
        rounding=Rounding.DOWN,
    ).remaining


def keep(*, order: ProductionOrder, report: Report, outputs: Sequence[Yielded]) -> list[Variation]:
    """Write down what was said otherwise, and let added outputs carry their share of the cost."""
    rows = Variation.objects.bulk_create(_variations(report, outputs))
    added = {row.output_id: row.cost_share for row in rows if not row.output.planned}
    if added:
        progress.share(order=order, shares=added)
    return rows


def _variations(report: Report, outputs: Sequence[Yielded]) -> Iterator[Variation]:
    for one in outputs:
        if one.said is None or not one.varies:
            continue
        share = one.said.cost_share
        yield Variation(
            report=report,
            output=one.output,
            expected=one.expected,
            quantity=one.quantity,
            scrap=one.said.scrap,
            reason=one.said.reason if one.said.scrap else None,
            cost_share=ZERO if one.output.planned else one.output.cost_share if share is None else share,
        )


def let_go(*, order: ProductionOrder, report: Report) -> None:
    """The report is taken back: what it added carries again what the latest report that stands says, or nothing."""
    added = set(
        Variation.objects.filter(report=report, output__planned=False).values_list("output", flat=True)
    )
    if not added:
        return
    standing = Variation.objects.filter(output__in=added, report__reversed_by__isnull=True).order_by("pk")
    shares: Mapping[int, Decimal] = dict(standing.values_list("output", "cost_share"))
    progress.share(order=order, shares={key: shares.get(key, ZERO) for key in added})
