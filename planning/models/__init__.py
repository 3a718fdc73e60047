"""What is wanted, what is proposed, and what is ordered to be made, with when and where."""

from planning.models.block import Block
from planning.models.demand import Customer, Demand, DemandMove
from planning.models.operation import Operation, OperationLink
from planning.models.order import Material, Output, ProductionOrder
from planning.models.proposal import Message, Need, Peg, Proposal
from planning.models.replenishment import ReplenishmentMove, ReplenishmentOrder, ShipmentMove
from planning.models.run import PlanRun, ScheduleRun

__all__ = [
    "Block",
    "Customer",
    "Demand",
    "DemandMove",
    "Material",
    "Message",
    "Need",
    "Operation",
    "OperationLink",
    "Output",
    "Peg",
    "PlanRun",
    "ProductionOrder",
    "Proposal",
    "ReplenishmentMove",
    "ReplenishmentOrder",
    "ScheduleRun",
    "ShipmentMove",
]
