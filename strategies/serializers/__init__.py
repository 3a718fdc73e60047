"""Master data as JSON."""

from strategies.serializers.bills import BomLineRecord, BomRecord
from strategies.serializers.imports import ImportRecord, ProblemRecord
from strategies.serializers.items import (
    ItemGroupRecord,
    ItemRecord,
    OutsourcingRecord,
    PolicyRecord,
    VendorPriceRecord,
    VendorRecord,
)
from strategies.serializers.plant import (
    CategoryRecord,
    ConversionRecord,
    CurrencyRecord,
    LocationRecord,
    ReasonRecord,
    SiteRecord,
    UnitRecord,
)
from strategies.serializers.routes import OperationRecord, RouteRecord, StepRecord
from strategies.serializers.verbs import Activation, Copy, DayException, OneDay
from strategies.serializers.work import (
    CalendarRecord,
    ExceptionRecord,
    GroupRecord,
    ResourceRecord,
    ShiftRecord,
    WorkerRecord,
)

__all__ = [
    "Activation",
    "BomLineRecord",
    "BomRecord",
    "CalendarRecord",
    "CategoryRecord",
    "ConversionRecord",
    "Copy",
    "CurrencyRecord",
    "DayException",
    "ExceptionRecord",
    "GroupRecord",
    "ImportRecord",
    "ItemGroupRecord",
    "ItemRecord",
    "LocationRecord",
    "OneDay",
    "OperationRecord",
    "OutsourcingRecord",
    "PolicyRecord",
    "ProblemRecord",
    "ReasonRecord",
    "ResourceRecord",
    "RouteRecord",
    "ShiftRecord",
    "SiteRecord",
    "StepRecord",
    "UnitRecord",
    "VendorPriceRecord",
    "VendorRecord",
    "WorkerRecord",
]
