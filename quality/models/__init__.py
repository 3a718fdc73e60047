"""What is inspected, what was found, and what became of what failed."""

from quality.models.inspection import InspectedMove, Inspection, Result
from quality.models.nonconformance import NonConformance
from quality.models.plan import ControlPlan, ControlPlanLine

__all__ = ["ControlPlan", "ControlPlanLine", "InspectedMove", "Inspection", "NonConformance", "Result"]
