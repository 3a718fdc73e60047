"""What a plant is made of: the records that the other five areas share."""

from strategies.models.alternate import BomAlternate, BomStep, ReplaceRun
from strategies.models.bom import BomLine, BomOutput, BomVersion
from strategies.models.bom_edit import BomEdit
from strategies.models.calendar import Calendar, CalendarException, CalendarShift
from strategies.models.characteristic import Characteristic
from strategies.models.cost import CostCategory, PlanningCost
from strategies.models.cutover import (
    ControlFigure,
    CutOver,
    CutOverFigure,
    CutOverFile,
    CutOverProblem,
    CutOverRun,
)
from strategies.models.imports import ImportProblem, ImportRun
from strategies.models.item import Flushing, Item, ItemGroup, ItemPolicy
from strategies.models.numbering import NumberSeries
from strategies.models.operation import InstructionStep, RouteGroup, RouteGroupPhase, StandardOperation
from strategies.models.reason import ReasonCode
from strategies.models.replacement import ReplaceLine
from strategies.models.requirement import (
    Capability,
    Requirement,
    ResourceCapability,
    SecondaryResource,
    Skill,
    WorkerSkill,
)
from strategies.models.resource import (
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    Worker,
)
from strategies.models.route import RouteEdit, RouteLink, RouteOperation, RouteVersion
from strategies.models.settings_change import SettingsChange
from strategies.models.setup import SetupFamily, SetupMatrix, SetupTime
from strategies.models.site import Currency, ExchangeRate, Location, ReserveAt, Site
from strategies.models.unit import Unit, UnitConversion
from strategies.models.vendor import OutsourcingPolicy, Vendor, VendorPrice, VendorRating

__all__ = [
    "BomAlternate",
    "BomEdit",
    "BomLine",
    "BomOutput",
    "BomStep",
    "BomVersion",
    "Calendar",
    "CalendarException",
    "CalendarShift",
    "Capability",
    "Characteristic",
    "ControlFigure",
    "CostCategory",
    "Currency",
    "CutOver",
    "CutOverFigure",
    "CutOverFile",
    "CutOverProblem",
    "CutOverRun",
    "ExchangeRate",
    "Flushing",
    "ImportProblem",
    "ImportRun",
    "InstructionStep",
    "Item",
    "ItemGroup",
    "ItemPolicy",
    "Location",
    "NumberSeries",
    "OutsourcingPolicy",
    "PlanningCost",
    "ProductionUnit",
    "ReasonCode",
    "ReplaceLine",
    "ReplaceRun",
    "Requirement",
    "Resource",
    "ResourceCalendar",
    "ResourceCapability",
    "ResourceGroup",
    "ResourceMembership",
    "ReserveAt",
    "RouteEdit",
    "RouteGroup",
    "RouteGroupPhase",
    "RouteLink",
    "RouteOperation",
    "RouteVersion",
    "SecondaryResource",
    "SettingsChange",
    "SetupFamily",
    "SetupMatrix",
    "SetupTime",
    "Site",
    "Skill",
    "StandardOperation",
    "Unit",
    "UnitConversion",
    "Vendor",
    "VendorPrice",
    "VendorRating",
    "Worker",
    "WorkerSkill",
]
