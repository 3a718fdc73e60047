"""Forms of master data; each field is a parameter of one service."""

from strategies.forms.bills import ActivateForm, BomForm, CopyForm, LineForm, VersionForm
from strategies.forms.common import Keyed, NothingForm
from strategies.forms.imports import ImportForm
from strategies.forms.items import ItemForm, PolicyForm
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
from strategies.forms.work import ExceptionForm

__all__ = [
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
