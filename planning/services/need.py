"""The one open need that a supply may be made or bought for, as people name it; and whether it may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.selectors.stock import promised
from planning.models import Demand, Material, ProductionOrder, ReplenishmentOrder
from planning.models.made_for import ORDERED
from planning.services import kept_for, progress
from planning.services.made_for import tied_to
from planning.services.reserving import Principles
from planning.tie_facts import Supply
from strategies.models import BomLine, Item, Site
from strategies.selectors.settings import settings_at

ZERO = Decimal(0)
Need = Material | Demand


def words(need: Need) -> str:
    """`MO-000123, 20` or `SO-1/1`: as it is shown and typed."""
    if isinstance(need, Material):
        return f"{need.order.number}, {need.position}"
    return str(need.reference)


def named(text: str, *, item: Item, site: Site) -> Need:
    """The need of the item that is called so: `MO-000123, 20`, the order alone where the item stands on it once, or
    `SO-1/1`. Refused when there is none. Two queries at most."""
    number, comma, place = (part.strip() for part in text.rpartition(","))
    order = number if comma else text.strip()
    lines = Material.objects.select_related("order__site", "item__unit").filter(order__number__iexact=order)
    lines = lines.filter(position=int(place)) if comma and place.isdecimal() else lines.filter(item=item)
    found: list[Need] = list(lines.order_by("position")[:2])
    if not found:
        same = Demand.objects.filter(reference__iexact=text.strip())
        found = list(same.select_related("site", "item__unit"))
    if len(found) != 1:
        sentence = (
            _("{order} takes {item} on several lines: name one, as {order}, 10.")
            if found
            else _("There is no order that takes {item} and no demand line called {text}.")
        )
        raise Refused(
            sentence, code="no_need", field="made_for", item=item.number, text=text.strip(), order=order
        )
    return found[0]


def check(*, need: Need, item: Item, site: Site) -> None:
    """The need is locked. Refused: it wants another item, is of another site, takes from stock as everybody, is closed,
    or is covered by what is kept and under way for it."""
    said = {"need": words(need), "item": item.number, "site": site.code}
    if need.item_id != item.pk:
        raise refusal(_("{need} wants {wanted}, not {item}."), {**said, "wanted": need.item.number})
    there = need.order.site if isinstance(need, Material) else need.site
    if there.pk != site.pk:
        raise refusal(_("{need} is at {there}, not at {site}."), {**said, "there": there.code})
    lock(need)
    wanted = kept_for.need_of(need)
    if wanted is None or wanted.lacks <= 0:
        raise refusal(_("{need} is closed: it wants no {item} any more."), said)
    if not _has_its_own(need, site):
        raise refusal(
            _(
                "{need} takes {item} from stock: only what is made to order, or is pegged, has supply of its own."
            ),
            said,
        )
    kept = promised([wanted.reference]).get((wanted.reference, item.pk), ZERO)
    coming = _coming(need)
    if wanted.lacks <= kept + coming:
        raise refusal(
            _("{need} is covered: {kept} {unit} are kept for it and {coming} {unit} under way."),
            {**said, "kept": plain(kept), "coming": plain(coming), "unit": item.unit.code},
        )


def refusal(sentence: Any, said: Mapping[str, str]) -> Refused:
    """Why a need cannot be that of a supply."""
    return Refused(sentence, code="need", field="made_for", **said)


def lock(need: Need) -> None:
    """What says how much is wanted, so that two who cover it at once do not both."""
    if isinstance(need, Material):
        progress.lock(orders=[need.order_id])
        need.refresh_from_db(fields=["quantity", "issued_quantity"])
    else:
        list(Demand.objects.select_for_update(no_key=True).filter(pk=need.pk).values_list("pk"))


def _has_its_own(need: Need, site: Site) -> bool:
    if isinstance(need, Material):
        return need.kind in BomLine.FROM_STOCK and Principles([need.order]).tied(need.order, need)
    policy = settings_at(site, {need.item_id}).get(need.item_id)
    return need.kind != Demand.Kind.FORECAST and policy is not None and policy.strategy in ORDERED


def _coming(need: Need) -> Decimal:
    """What open orders that are for it still bring; for an order: for any of its lines of the item."""
    orders, demands = ([need.order], []) if isinstance(need, Material) else ([], [need])
    made, bought = tied_to(orders=orders, demands=demands)
    sums = (
        _open(made, ProductionOrder.OPEN, need.item_id, F("good_quantity") + F("scrap_quantity")),
        _open(bought, ReplenishmentOrder.OPEN, need.item_id, F("received_quantity")),
    )
    return sum(sums, ZERO)


def _open(rows: QuerySet[Any], states: Sequence[str], item: int, done: Any) -> Decimal:
    """What they still bring together; one that brought more than it was to takes nothing away from the others."""
    left = rows.filter(state__in=states, item=item, quantity__gt=done).select_related(None).order_by()
    total: Decimal = left.aggregate(sum=Sum(F("quantity") - done, default=ZERO))["sum"]
    return total


def bind(supply: Supply, need: Need | None) -> None:
    """The columns that say what it is for; nothing is written."""
    supply.for_material = need if isinstance(need, Material) else None
    supply.for_demand = need if isinstance(need, Demand) else None


def open_needs(*, item: Item, site: Site) -> list[Need]:
    """Open needs of the item at the site that have supply of their own, the earliest first: what a supply may be tied
    to, covered ones among them. Four queries."""
    lines = Material.objects.filter(
        item=item,
        order__site=site,
        order__state__in=ProductionOrder.OPEN,
        kind__in=BomLine.FROM_STOCK,
        quantity__gt=F("issued_quantity"),
    ).select_related("order__site", "order__item", "item__unit", "unit")
    rows = list(lines.order_by("order__start_on", "order", "position"))
    principles = Principles([row.order for row in rows])
    found: list[Need] = [row for row in rows if principles.tied(row.order, row)]
    policy = settings_at(site, {item.pk}).get(item.pk)
    if policy is not None and policy.strategy in ORDERED:
        theirs = Demand.objects.filter(item=item, site=site, state=Demand.State.OPEN)
        theirs = theirs.exclude(kind=Demand.Kind.FORECAST).select_related(
            "site", "item__unit", "unit", "customer"
        )
        found += theirs.order_by("due_on", "pk")
    return found
