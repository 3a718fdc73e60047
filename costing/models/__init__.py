"""What things should cost, what they did cost, and where the difference comes from."""

from costing.models.ledger import Entry, Period, Posting
from costing.models.settlement import SettledOutput, Settlement, Variance
from costing.models.valuation import Valuation
from costing.models.version import (
    CostElement,
    CostRate,
    CostVersion,
    ItemCost,
    ItemPrice,
    RollupRun,
    RollupWarning,
)

__all__ = [
    "CostElement",
    "CostRate",
    "CostVersion",
    "Entry",
    "ItemCost",
    "ItemPrice",
    "Period",
    "Posting",
    "RollupRun",
    "RollupWarning",
    "SettledOutput",
    "Settlement",
    "Valuation",
    "Variance",
]
