"""Forms of stock; each field is a parameter of one service."""

from p2p.inventory.forms.measured import Measured, quantity_field, unit_field, usual_units
from p2p.inventory.forms.stock import HoldForm, NothingForm, PlaceField, ReverseForm, places

__all__ = [
    "HoldForm",
    "Measured",
    "NothingForm",
    "PlaceField",
    "ReverseForm",
    "places",
    "quantity_field",
    "unit_field",
    "usual_units",
]
