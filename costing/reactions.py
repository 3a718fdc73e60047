"""What costing does when the areas on its left act. It posts; it never moves a thing."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from costing import checking, selectors, takeover
from costing.models import CostVersion, Period
from costing.services import given_back, outside, post, settle, transfers, work
from execution.facts import Ended, Ending, MaterialIssued, OperationsTakenOver, Reported
from outsourcing.facts import Invoiced, Received
from p2p.core.facts import Refused, listen
from p2p.inventory.facts import BackDating, CheckingLedger, Moved
from planning.arrival_facts import GivenBack
from planning.facts import LostInTransit, Replenished, Shipped
from strategies.facts import MeasuringCutOver, NamingMeasures, SiteRecosting, TakenOver


def value_materials(fact: MaterialIssued) -> None:
    """Components went to an order, or came back."""
    post.post_materials(order=fact.order, moves=fact.moves, report=None, by=fact.by)


def value_report(fact: Reported) -> None:
    """Time and pieces, backflushed components and output of one report; a reversal mirrors them."""
    post.post_materials(
        order=fact.order, moves=[one.move for one in fact.material_moves], report=fact.report, by=fact.by
    )
    work.post_work(worked=[(fact.report, fact.operation, fact.order)], by=fact.by)
    post.post_output(
        order=fact.order, moves=[one.move for one in fact.output_moves], report=fact.report, by=fact.by
    )


def value_stock(fact: Moved) -> None:
    """Stock entered or left without an order, or weighs otherwise on the road."""
    post.post_stock(moves=fact.moves, by=fact.by)
    transfers.post_weighed(moves=fact.moves, by=fact.by)


def value_purchase(fact: Replenished) -> None:
    """The price of a purchase differs from the standard."""
    outside.post_purchase(order=fact.order, moves=fact.moves, price=fact.price, by=fact.by)


def value_transfer(fact: Shipped | Replenished | LostInTransit) -> None:
    """Goods left one site for another, came in, or got lost between them."""
    if fact.order.from_location_id is not None:
        transfers.post_transfer(order=fact.order, moves=fact.moves, by=fact.by)


def value_given_back(fact: GivenBack) -> None:
    """Bought goods went back to their vendor, with what they cost more or less than the standard."""
    given_back.post_given_back(order=fact.order, moves=fact.moves, price=fact.price, by=fact.by)


def value_outside(fact: Received) -> None:
    """A vendor's work on an operation came in."""
    outside.post_receipt(receipt=fact.receipt, lines=fact.lines, by=fact.by)


def value_invoice(fact: Invoiced) -> None:
    """The vendor asked for more or less than agreed."""
    outside.post_invoice(invoice=fact.invoice, by=fact.by)


def needs_a_standard(fact: Ending) -> Iterator[Refused]:
    """An order cannot be settled against a standard that does not exist."""
    known: dict[int, bool] = {}
    for order in fact.orders:
        if order.site_id not in known:
            known[order.site_id] = selectors.active_version(order.site_id) is not None
        if not known[order.site_id]:
            yield Refused(
                _("{site} has no active standard cost version: activate one before ending {order}."),
                code="no_standard",
                about=order,
                site=order.site,
                order=order,
            )


def settle_orders(fact: Ended) -> None:
    """An order came to its end: clear its work in process."""
    settle.settle(orders=fact.orders, by=fact.by)


def books_are_open(fact: BackDating) -> Iterator[Refused]:
    """Nothing is moved by hand as of a day before the books were closed. One query."""
    last: dict[int, Period] = {}
    closed = Period.objects.filter(site__in=[one.site for one in fact.dates], state=Period.State.CLOSED)
    for period in closed.order_by("last_day"):
        last[period.site_id] = period
    for one in fact.dates:
        period = last.get(one.site.pk)
        day = one.at.astimezone(ZoneInfo(one.site.time_zone)).date()
        if period is not None and day <= period.last_day:
            yield Refused(
                _("The books of {site} are closed until {last}: nothing can be dated {day}."),
                code="closed_period",
                field="effective_at",
                about=one.site,
                site=one.site.code,
                last=period.last_day,
                day=day,
            )


def counted_in_its_money(fact: SiteRecosting) -> Iterator[Refused]:
    """Costs and postings of a site are in its currency. One query."""
    for version in (
        CostVersion.objects.filter(site__in=fact.sites).order_by("site_id", "pk").distinct("site_id")
    ):
        site = next(one for one in fact.sites if one.pk == version.site_id)
        yield Refused(
            _("Site {site} keeps its currency {currency}: the costs of {version} are in it."),
            code="costed",
            field="currency",
            about=site,
            site=site.code,
            currency=site.currency,
            version=version,
        )


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("ask", BackDating, books_are_open)
    listen("ask", SiteRecosting, counted_in_its_money)
    listen("tell", MaterialIssued, value_materials)
    listen("tell", Reported, value_report)
    listen("tell", Moved, value_stock)
    listen("tell", Replenished, value_purchase)
    for moved in (Shipped, Replenished, LostInTransit):
        listen("tell", moved, value_transfer)
    listen("tell", GivenBack, value_given_back)
    listen("tell", Received, value_outside)
    listen("tell", Invoiced, value_invoice)
    listen("ask", Ending, needs_a_standard)
    listen("tell", Ended, settle_orders)
    listen("tell", OperationsTakenOver, takeover.times)
    listen("tell", TakenOver, takeover.went_live)
    listen("gather", MeasuringCutOver, takeover.figures)
    listen("gather", NamingMeasures, takeover.measures)
    listen("gather", CheckingLedger, checking.check)
