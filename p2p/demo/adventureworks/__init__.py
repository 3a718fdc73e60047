"""AdventureWorks, a bicycle maker's plant, as the sheets that every import reads.

Source and licence lie beside the data in `p2p/demo/plant/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from p2p.demo.adventureworks.files import SITE, SOURCE, numbers, operation_number, products, read
from p2p.demo.adventureworks.money import cost_rates, published_costs, standard_costs, vendor_prices
from p2p.demo.adventureworks.notes import notes
from p2p.demo.adventureworks.plant import plant
from p2p.demo.adventureworks.products import catalogue
from p2p.demo.adventureworks.routes import routes
from p2p.demo.adventureworks.shape import SheetRows, packed
from p2p.demo.adventureworks.trade import trade

__all__ = [
    "SITE",
    "SOURCE",
    "archive",
    "cost_rates",
    "notes",
    "numbers",
    "operation_number",
    "products",
    "published_costs",
    "read",
    "sheets",
    "standard_costs",
    "vendor_prices",
]


def sheets() -> Iterator[SheetRows]:
    """The whole plant, sheet by sheet."""
    yield from plant()
    yield from catalogue()
    yield from routes()
    yield from trade()


def archive() -> bytes:
    """A ZIP file of CSV files, as a user would hand it to the import page."""
    return packed(sheets())
