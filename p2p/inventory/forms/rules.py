"""Forms of the rules of stock; each field is a parameter of one service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField
from p2p.inventory.forms.stock import PlaceField, places
from p2p.inventory.models import AttributeRule, CountClass, PutAwayRule, StockRule, SupplyRule
from strategies.models import Item, Location

LABELS: Mapping[str, Any] = {
    "site": _("Site"),
    "group": _("Item group"),
    "lot_per": _("A new lot for"),
    "lot_pattern": _("Lot numbers"),
    "serial_pattern": _("Serial numbers"),
    "picking": _("Picked"),
    "minimum_days": _("Days left when used"),
    "receipt_days": _("Days left when received"),
    "over_receipt_fraction": _("More than ordered"),
    "count_class": _("Count class"),
    "characteristic": _("Characteristic"),
    "required": _("Required"),
    "lower_limit": _("At least"),
    "upper_limit": _("At most"),
    "code": _("Code"),
    "name": _("Name"),
    "days_between": _("Days between two counts"),
    "tolerance_fraction": _("Tolerated difference, share"),
    "tolerance_quantity": _("Tolerated difference, quantity"),
    "value_share": _("Share of the yearly use"),
    "sequence": _("Sequence"),
    "capacity": _("Takes at most"),
    "only_same_item": _("Not where another item lies"),
    "method": _("Method"),
    "card": _("Card"),
    "bins": _("Bins"),
    "bin_quantity": _("In one bin"),
    "minimum": _("Minimum"),
    "maximum": _("Maximum"),
    "active": _("In use"),
}


def _plain(model: type[models.Model], *names: str) -> dict[str, Any]:
    made = fields_for_model(model, fields=names, labels={name: LABELS[name] for name in names})
    return {name: made[name] for name in names}


def _item(*, required: bool) -> KeyedField:
    return KeyedField(label=_("Item"), rows=Item.objects.select_related("unit"), required=required)


class _Placed(forms.Form):
    """Places are those that hold stock, by site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("location", "source"):
            if name in self.fields:
                field: Any = self.fields[name]
                field.queryset = places()


def _place(label: Any, **also: Any) -> PlaceField:
    return PlaceField(label=label, queryset=Location.objects.none(), **also)


StockRuleForm = type(
    "StockRuleForm",
    (forms.Form,),
    {
        "item": _item(required=False),
        **_plain(StockRule, "group", "site", "lot_per", "lot_pattern", "serial_pattern", "picking"),
        "same_lot": forms.NullBooleanField(label=_("From one lot"), required=False),
        **_plain(StockRule, "minimum_days", "receipt_days", "over_receipt_fraction", "count_class"),
    },
)
AttributeRuleForm = type(
    "AttributeRuleForm",
    (forms.Form,),
    {
        "item": _item(required=False),
        **_plain(AttributeRule, "group", "characteristic", "required", "lower_limit", "upper_limit"),
    },
)
CountClassForm = type(
    "CountClassForm",
    (forms.Form,),
    _plain(
        CountClass,
        *("code", "name", "days_between", "tolerance_fraction", "tolerance_quantity", "value_share"),
    ),
)
PutAwayRuleForm = type(
    "PutAwayRuleForm",
    (_Placed,),
    {
        **_plain(PutAwayRule, "site"),
        "item": _item(required=False),
        **_plain(PutAwayRule, "group", "sequence"),
        "location": _place(_("Place")),
        **_plain(PutAwayRule, "capacity", "only_same_item"),
    },
)
SupplyRuleForm = type(
    "SupplyRuleForm",
    (_Placed,),
    {
        "item": _item(required=True),
        "location": _place(_("Place at the line")),
        "source": _place(_("Taken from"), required=False),
        **_plain(SupplyRule, "method", "card", "bins", "bin_quantity", "minimum", "maximum", "active"),
    },
)
