"""Forms of planning; each field is a parameter of one service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField
from planning.models import Customer, Demand
from planning.tied_input import ForNeed
from strategies.models import BomVersion, Item, Location, ReserveAt, RouteVersion, Site, Vendor

DAY = {"type": "date"}
INSTANT = {"type": "datetime-local"}


def quantity(label: Any = _("Quantity"), **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=24, decimal_places=12, **options)


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=DAY), **options)


def site() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.filter(active=True), empty_label=None
    )


class NothingForm(forms.Form):
    """Nothing to ask: the button is the answer."""


class PlanForm(forms.Form):
    site = site()
    from_date = day(_("Needs from"), help_text=_("The day the plan calls today."))
    to_date = day(_("Needs to"))
    netting = forms.BooleanField(
        label=_("Use stock and open orders, and plan purchases"), required=False, initial=True
    )
    lead_times = forms.BooleanField(
        label=_("Start early enough for lead times"), required=False, initial=True
    )
    lot_sizes = forms.BooleanField(
        label=_("Use lot sizes and periods of the items"), required=False, initial=True
    )
    safety_stock = forms.BooleanField(label=_("Keep safety stock"), required=False, initial=True)
    start_after_order_days = forms.IntegerField(
        label=_("Needed so many days after the order"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Empty: on the due date."),
    )
    flat_days = forms.IntegerField(
        label=_("Days for every order"),
        required=False,
        initial=0,
        min_value=0,
        max_value=999,
        help_text=_("Only without lead times: every order is due so many days after it starts."),
    )

    def clean_flat_days(self) -> int:
        return self.cleaned_data.get("flat_days") or 0


class ScheduleForm(forms.Form):
    site = site()
    starts_at = forms.DateTimeField(
        label=_("Nothing starts before"),
        required=False,
        widget=forms.DateTimeInput(attrs=INSTANT, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: now."),
    )
    frozen_hours = forms.IntegerField(
        label=_("Frozen"),
        initial=0,
        min_value=0,
        max_value=2000,
        help_text=_("Work that starts within so many hours stays where it is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["frozen_hours"].unit = "h"  # type: ignore[attr-defined]


class Versioned(forms.Form):
    """Fields `bom` and `route` (or as `versions` calls them) that are numbers of the item's versions."""

    versions: tuple[tuple[str, Any], ...] = (("bom", BomVersion), ("route", RouteVersion))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, model in self.versions:
            if name in given:
                given[name] = self._version(model, name)
        return given

    def of_item(self) -> Any:
        return self.cleaned_data.get("item")

    def at_site(self) -> Any:
        return self.cleaned_data.get("site")

    def _version(self, model: Any, name: str) -> Any:
        """The item's version of this number: the site's own before the one for all sites."""
        number, item = self.cleaned_data[name], self.of_item()
        if number is None or item is None:
            return None
        rows = model.objects.filter(item=item, version=number).filter(
            Q(site=self.at_site()) | Q(site__isnull=True)
        )
        found = rows.order_by(F("site").asc(nulls_last=True)).first()
        if found is None:
            self.add_error(
                name, _("{item} has no version {number} here.").format(item=item.number, number=number)
            )
        return found


def wanted(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        help_text=_(
            "Its number; empty: any. Only stock and orders known to be of it cover the line; what lacks is made of it."
        ),
    )


class DemandForm(Versioned):
    versions = (("bom_version", BomVersion), ("route_version", RouteVersion))
    number = forms.CharField(label=_("Number"), max_length=40, help_text=_("Of the sales order."))
    line = forms.IntegerField(label=_("Line"), initial=1, min_value=1)
    site = site()
    item = KeyedField(label=_("Item"), rows=Item.objects.filter(active=True))
    quantity = quantity()
    due_on = day(_("Due"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Demand.Kind.choices, initial=Demand.Kind.SALES)
    customer = KeyedField(label=_("Customer"), rows=Customer.objects.all(), required=False)
    priority = forms.IntegerField(label=_("Priority"), initial=50, min_value=0, max_value=100)
    bom_version = wanted(_("BOM version wanted"))
    route_version = wanted(_("Route version wanted"))


class DemandChangeForm(Versioned):
    versions = DemandForm.versions
    quantity = quantity()
    due_on = day(_("Due"))
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=100)
    bom_version = wanted(_("BOM version wanted"))
    route_version = wanted(_("Route version wanted"))

    def __init__(self, *args: Any, demand: Demand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.demand = demand

    def of_item(self) -> Any:
        return self.demand.item

    def at_site(self) -> Any:
        return self.demand.site


def reserve_at() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Materials are reserved"),
        choices=[("", _("as item and site say")), *ReserveAt.choices],
        required=False,
    )


class OrderForm(ForNeed, Versioned):
    field_order = (
        "site", "item", "quantity", "due_on", "start_on", "bom", "route", "priority", "reserve_at", "for_order",
        "for_demand", "number",
    )  # fmt: skip
    site = site()
    item = KeyedField(label=_("Item"), rows=Item.objects.filter(active=True))
    quantity = quantity()
    due_on = day(_("Due"))
    start_on = day(_("Start"), required=False, help_text=_("Empty: the item's lead time before it is due."))
    bom = forms.IntegerField(
        label=_("BOM version"),
        required=False,
        min_value=1,
        help_text=_("Its number; empty: the one that holds on the start."),
    )
    route = forms.IntegerField(
        label=_("Route version"),
        required=False,
        min_value=1,
        help_text=_("Its number; empty: the one that holds on the start."),
    )
    priority = forms.IntegerField(label=_("Priority"), initial=50, min_value=0, max_value=100)
    reserve_at = reserve_at()
    number = forms.CharField(
        label=_("Number"), required=False, max_length=40, help_text=_("Empty: the next of the series.")
    )


class OrderChangeForm(forms.Form):
    quantity = quantity()
    start_on = day(_("Start"))
    due_on = day(_("Due"))
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=100)
    reserve_at = reserve_at()


class SubstituteForm(forms.Form):
    """`choices`: (what is sent, what is read) for each component and alternate."""

    choice = forms.ChoiceField(label=_("Instead"))

    def __init__(self, *given: Any, choices: Sequence[tuple[str, str]] = (), **also: Any) -> None:
        super().__init__(*given, **also)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


class RescheduleForm(forms.Form):
    starts_at = forms.DateTimeField(
        label=_("Not before"),
        required=False,
        widget=forms.DateTimeInput(attrs=INSTANT, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: now. Nothing else moves."),
    )


class ReplenishmentForm(ForNeed):
    field_order = ("site", "item", "vendor", "quantity", "due_on", "price", "for_order", "for_demand")
    site = site()
    item = KeyedField(label=_("Item"), rows=Item.objects.filter(active=True))
    vendor = KeyedField(label=_("Vendor"), rows=Vendor.objects.filter(active=True))
    quantity = quantity()
    due_on = day(_("Due"))
    price = forms.DecimalField(
        label=_("Price for one"), required=False, max_digits=24, decimal_places=8, min_value=0
    )


class ConfirmForm(forms.Form):
    promised_at = forms.DateTimeField(
        label=_("Promised for"),
        required=False,
        widget=forms.DateTimeInput(attrs=INSTANT, format="%Y-%m-%dT%H:%M"),
    )
    promised_quantity = quantity(_("Promised quantity"), required=False)


class ReceiveForm(forms.Form):
    quantity = quantity(_("Received"))
    location = forms.ModelChoiceField(
        label=_("To"), queryset=Location.objects.none(), required=False, empty_label=_("The order's place")
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Location.objects.filter(site=site, active=True).exclude(kind__in=Location.OUTSIDE)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]
