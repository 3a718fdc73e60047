"""What a plant is made of: the records that the other five areas share."""

from strategies.models.bom import BomLine, BomOutput, BomVersion
from strategies.models.calendar import Calendar, CalendarException, CalendarShift
from strategies.models.characteristic import Characteristic
from strategies.models.cost import CostCategory, PlanningCost
from strategies.models.imports import ImportProblem, ImportRun
from strategies.models.item import Item, ItemGroup, ItemPolicy
from strategies.models.numbering import NumberSeries
from strategies.models.reason import ReasonCode
from strategies.models.resource import Resource, ResourceGroup, Worker
from strategies.models.route import InstructionStep, RouteLink, RouteOperation, RouteVersion
from strategies.models.site import Currency, ExchangeRate, Location, Site
from strategies.models.unit import Unit, UnitConversion
from strategies.models.vendor import OutsourcingPolicy, Vendor, VendorPrice, VendorRating

__all__ = [
    "BomLine",
    "BomOutput",
    "BomVersion",
    "Calendar",
    "CalendarException",
    "CalendarShift",
    "Characteristic",
    "CostCategory",
    "Currency",
    "ExchangeRate",
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
    "ReasonCode",
    "Resource",
    "ResourceGroup",
    "RouteLink",
    "RouteOperation",
    "RouteVersion",
    "Site",
    "Unit",
    "UnitConversion",
    "Vendor",
    "VendorPrice",
    "VendorRating",
    "Worker",
]
