"""Going live, seen from stock: what lies there after opening it, and whether the ledger holds."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from p2p.inventory.checking import findings
from p2p.inventory.models import Balance
from strategies.facts import CheckingCutOver, Figure, MeasuringCutOver, NamingMeasures

MOST = 1000


def measures(asked: NamingMeasures) -> tuple[str, ...]:
    """What `figures` knows."""
    return ("stock.items", "stock.lots", "stock.serials", "stock.quantity")


def figures(asked: MeasuringCutOver) -> list[Figure]:
    """How many items and lots lie at the site, and how much of each item. Two queries."""
    there = Balance.objects.filter(location__site=asked.site).exclude(quantity=0)
    counts = there.aggregate(
        items=Count("item", distinct=True),
        lots=Count("lot", distinct=True),
        pieces=Count("serial", distinct=True),
    )
    named = {
        "items": ("stock.items", _("Items in stock")),
        "lots": ("stock.lots", _("Lots in stock")),
        "pieces": ("stock.serials", _("Serial numbers in stock")),
    }
    found = [Figure(measure, title, "", Decimal(counts[key])) for key, (measure, title) in named.items()]
    sums = there.values_list("item__number").annotate(whole=Sum("quantity")).order_by("item__number")
    return found + [Figure("stock.quantity", _("Stock"), item, whole) for item, whole in sums]


def broken(asked: CheckingCutOver) -> list[str]:
    """The first rows that break a rule of the ledger, here or in the documents on the right; at any site, since a
    row of one may lean on another's."""
    return [one.sentence for one in islice(findings(), MOST)]
