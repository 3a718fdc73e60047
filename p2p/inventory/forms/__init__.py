"""Forms of stock; each field is a parameter of one service."""

from p2p.inventory.forms.stock import HoldForm, MoveForm, NothingForm, PlaceField, ReverseForm, places

__all__ = ["HoldForm", "MoveForm", "NothingForm", "PlaceField", "ReverseForm", "places"]
