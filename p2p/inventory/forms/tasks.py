"""Forms of the work with stock; each field is a parameter of one service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.inventory.forms.measured import ask_pieces, pieces_field
from p2p.inventory.forms.stock import PlaceField, _OfItem, places
from p2p.inventory.models import StockTask
from strategies.models import Location, Site


class SiteField(forms.ModelChoiceField):
    def label_from_instance(self, site: Any) -> str:
        return f"{site.code} · {site.name}"


class TaskForm(_OfItem):
    """Something to be brought; places may stay empty: whoever does it says where."""

    kind = forms.ChoiceField(label=_("Kind"), choices=StockTask.Kind.choices, initial=StockTask.Kind.MOVE)
    site = SiteField(label=_("Site"), queryset=Site.objects.filter(active=True).order_by("code"))
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=24, decimal_places=12)
    source = PlaceField(label=_("From"), queryset=Location.objects.none(), required=False)
    target = PlaceField(label=_("To"), queryset=Location.objects.none(), required=False)
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=0,
        max_value=100,
        initial=50,
        help_text=_("0 is most urgent, 100 least."),
    )
    due_at = forms.DateTimeField(label=_("Needed"), required=False)
    reference = forms.CharField(label=_("Document"), max_length=60, required=False)

    field_order = ("kind", "site", "item", "quantity", "lot", "serial", "source", "target")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["source"].queryset = fields["target"].queryset = places()


class DoForm(forms.Form):
    """Nothing to ask but how many the weight is, where an item is weighed and counted and no unit goes whole."""

    catch_quantity = pieces_field()

    def __init__(self, *args: Any, task: StockTask, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_pieces(self, None if task.handling_unit_id else task.item.catch_unit)


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Who does it"), queryset=User.objects.none())

    def __init__(self, *args: Any, people: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = people if people is not None else User.objects.filter(is_active=True)


class FillForm(forms.Form):
    site = SiteField(label=_("Site"), queryset=Site.objects.filter(active=True).order_by("code"))


class CallForm(forms.Form):
    card = forms.CharField(
        label=_("Card"), max_length=60, help_text=_("KB-1/2 is the second bin of card KB-1.")
    )
