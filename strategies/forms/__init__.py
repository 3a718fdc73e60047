"""Forms of master data; each field is a parameter of one service."""

from strategies.forms.bills import ActivateForm, BomForm, CopyForm, LineForm, VersionForm
from strategies.forms.common import Keyed, NothingForm
from strategies.forms.cutover import (
    AcceptForm,
    ChangeCutOverForm,
    ControlFigureForm,
    CutOverFileForm,
    CutOverForm,
)
from strategies.forms.imports import ImportForm
from strategies.forms.items import (
    BulkItemForm,
    ChangeItemForm,
    ConversionForm,
    FactorForm,
    ItemForm,
    PolicyForm,
    UnitForm,
)
from strategies.forms.routes import (
    OperationForm,
    PictureForm,
    RequirementForm,
    RouteGroupForm,
    SecondaryForm,
    StandardForm,
    StepForm,
    TakeForm,
)
from strategies.forms.vendors import (
    ItemTierForm,
    NewOutsourcingForm,
    OutsourcingForm,
    TierForm,
    VendorForm,
    VendorTierForm,
)
from strategies.forms.work import ExceptionForm

__all__ = [
    "CutOverForm",
    "CutOverFileForm",
    "ControlFigureForm",
    "ChangeCutOverForm",
    "AcceptForm",
    "VendorTierForm",
    "VendorForm",
    "TierForm",
    "OutsourcingForm",
    "NewOutsourcingForm",
    "ItemTierForm",
    "UnitForm",
    "FactorForm",
    "ConversionForm",
    "ChangeItemForm",
    "BulkItemForm",
    "ActivateForm",
    "BomForm",
    "CopyForm",
    "ExceptionForm",
    "ImportForm",
    "ItemForm",
    "Keyed",
    "LineForm",
    "NothingForm",
    "OperationForm",
    "PictureForm",
    "PolicyForm",
    "RequirementForm",
    "RouteGroupForm",
    "SecondaryForm",
    "StandardForm",
    "StepForm",
    "TakeForm",
    "VersionForm",
]
