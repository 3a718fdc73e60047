"""Master data as JSON."""

from strategies.serializers.abilities import (
    CapabilityRecord,
    Cells,
    ChangeOverRecord,
    FamilyRecord,
    MatrixRecord,
    ResourceCapabilityRecord,
    SkillRecord,
    WorkerSkillRecord,
)
from strategies.serializers.bills import BomLineRecord, BomRecord
from strategies.serializers.calendars import DaysGiven, WeekGiven, Years
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
    DatedCalendarRecord,
    ExceptionRecord,
    GroupRecord,
    MembershipRecord,
    ResourceRecord,
    ShiftRecord,
    UnitOfPlantRecord,
    WorkerRecord,
)

__all__ = [
    "Activation",
    "BomLineRecord",
    "BomRecord",
    "CalendarRecord",
    "CapabilityRecord",
    "CategoryRecord",
    "Cells",
    "ChangeOverRecord",
    "ConversionRecord",
    "Copy",
    "CurrencyRecord",
    "DatedCalendarRecord",
    "DayException",
    "DaysGiven",
    "ExceptionRecord",
    "FamilyRecord",
    "GroupRecord",
    "ImportRecord",
    "ItemGroupRecord",
    "ItemRecord",
    "LocationRecord",
    "MatrixRecord",
    "MembershipRecord",
    "OneDay",
    "OperationRecord",
    "OutsourcingRecord",
    "PolicyRecord",
    "ProblemRecord",
    "ReasonRecord",
    "ResourceCapabilityRecord",
    "ResourceRecord",
    "RouteRecord",
    "ShiftRecord",
    "SiteRecord",
    "SkillRecord",
    "StepRecord",
    "UnitOfPlantRecord",
    "UnitRecord",
    "VendorPriceRecord",
    "VendorRecord",
    "WeekGiven",
    "WorkerRecord",
    "WorkerSkillRecord",
    "Years",
]
