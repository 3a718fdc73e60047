"""The page of a vendor, and the forms of vendors, prices and outside work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import MONEY_ROLES, Role, may
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies import forms
from strategies.models import Item, OutsourcingPolicy, Vendor, VendorPrice
from strategies.selectors import items as selectors
from strategies.selectors import lists
from strategies.selectors.outside import gaps
from strategies.services.outsourcing import add_outsourcing, change_outsourcing, remove_outsourcing
from strategies.services.vendors import (
    add_price,
    change_price,
    change_vendor,
    create_vendor,
    delete_vendor,
    remove_price,
)

BUYERS = (Role.BUYER, Role.ENGINEER)
_TIER_NUMBERS = ("price", "minimum_quantity", "order_minimum", "order_maximum")
_OUTSIDE_NUMBERS = ("allowed_loss_fraction", "overflow_load")


class VendorPage(RecordPage):
    """A vendor, what it asks and what goes out to it."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = Vendor, "number", "vendor", "strategies"
    list_url, list_title = "strategies:vendors", _("Vendors")

    def rows(self) -> QuerySet[Any]:
        return lists.vendors()

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.number

    def badges(self) -> list[tuple[str, Any]]:
        vendor = self.record
        said = [("active", _("In use"))] if vendor.active else [("retired", _("Not in use"))]
        said += [("released", _("Preferred"))] if vendor.preferred else []
        return said + ([("outside", _("Works for us"))] if vendor.subcontractor else [])

    def facts(self) -> list[Said]:
        vendor = self.record
        return [
            Said(_("Currency"), vendor.currency.code),
            Said(_("Offers"), formats.number(vendor.offer_count)),
            Said(_("Calendar"), vendor.calendar or formats.NONE),
            Said(_("Mail"), vendor.email or formats.NONE),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("prices", _("Prices"), "strategies/vendor_prices.html", count=self.record.offer_count),
            RecordTab("outside", _("Outside work"), "strategies/vendor_outside.html"),
        ]

    def extra(self) -> dict[str, Any]:
        seen = may(self.request.user, *MONEY_ROLES)
        outside = self.tab == "outside"
        return {
            "prices": selectors.prices_from(self.record) if seen and not outside else [],
            "outsourcing": selectors.outsourcing_at(self.record, clock.today()) if outside else [],
            "sees_money": seen,
            "buys": may(self.request.user, *BUYERS),
        }


class NewVendor(ActionForm):
    form_class, section, roles = forms.VendorForm, "strategies", BUYERS
    title, submit = _("New vendor"), _("Create vendor")

    def act(self, form: Any) -> Any:
        return create_vendor(**form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{vendor} created.").format(vendor=result.number)


class EditVendor(ActionForm):
    form_class, section, roles = forms.VendorForm, "strategies", BUYERS
    model, title, submit = Vendor, _("Edit vendor"), _("Save")

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in forms.VendorForm.base_fields}

    def act(self, form: Any) -> Any:
        return change_vendor(vendor=self.record, **form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return _("{vendor} saved.").format(vendor=result.number)


class DeleteVendor(ActionForm):
    model, form_class, section, roles = Vendor, forms.NothingForm, "strategies", BUYERS
    title, submit, danger = _("Delete vendor"), _("Delete"), True
    text = _("Only a vendor that nothing refers to can be deleted; others are taken out of use.")

    def act(self, form: Any) -> Any:
        delete_vendor(vendor=self.record, by=who(self.request))
        return reverse("strategies:vendors")

    def said(self, result: Any) -> Any:
        return _("{vendor} deleted.").format(vendor=self.record.number)


class _Tier(ActionForm):
    section, roles, submit = "strategies", BUYERS, _("Save")

    def said(self, result: Any) -> Any:
        return _("Price saved.")


class NewVendorPrice(_Tier):
    """From the page of the vendor."""

    model, form_class, title = Vendor, forms.VendorTierForm, _("New price")

    def initial(self) -> dict[str, Any]:
        return {"currency": self.record.currency, "valid_from": clock.today()}

    def act(self, form: Any) -> Any:
        add_price(vendor=self.record, **form.cleaned_data, by=who(self.request))
        return self.record.get_absolute_url()


class NewItemPrice(_Tier):
    """From the page of the item."""

    model, form_class, title = Item, forms.ItemTierForm, _("New price")

    def initial(self) -> dict[str, Any]:
        return {"unit": self.record.unit, "valid_from": clock.today()}

    def act(self, form: Any) -> Any:
        add_price(item=self.record, **form.cleaned_data, by=who(self.request))
        return f"{self.record.get_absolute_url()}?tab=supply"


class EditPrice(_Tier):
    model, form_class, title = VendorPrice, forms.TierForm, _("Change price")

    def initial(self) -> dict[str, Any]:
        shown = {name: getattr(self.record, name) for name in forms.TierForm.base_fields}
        return shown | {name: shown[name] and plain(shown[name]) for name in _TIER_NUMBERS}

    def act(self, form: Any) -> Any:
        change_price(vendor_price=self.record, **form.cleaned_data, by=who(self.request))
        return self.record.vendor.get_absolute_url()


class RemovePrice(ActionForm):
    model, form_class, section, roles = VendorPrice, forms.NothingForm, "strategies", BUYERS
    title, submit, danger = _("Remove price"), _("Remove"), True
    text = _("A price that held for a time is better ended by its last day.")

    def act(self, form: Any) -> Any:
        to = self.record.vendor.get_absolute_url()
        remove_price(vendor_price=self.record, by=who(self.request))
        return to

    def said(self, result: Any) -> Any:
        return _("Price removed.")


class _Outside(ActionForm):
    section, roles, title, submit = "strategies", BUYERS, _("Outside work"), _("Save")
    saved: OutsourcingPolicy

    def said(self, result: Any) -> Any:
        """With what is still missing, if anything is."""
        words = [_("Outside work of {item} saved.").format(item=self.saved.item.number)]
        return " ".join([*words, *map(str, gaps([self.saved], clock.today()).values())])


class NewOutsourcing(_Outside):
    """From the page of the item."""

    model, form_class = Item, forms.NewOutsourcingForm

    def initial(self) -> dict[str, Any]:
        return {"valid_from": clock.today()}

    def act(self, form: Any) -> Any:
        self.saved = add_outsourcing(item=self.record, **form.cleaned_data, by=who(self.request))
        return f"{self.record.get_absolute_url()}?tab=supply"


class EditOutsourcing(_Outside):
    model, form_class = OutsourcingPolicy, forms.OutsourcingForm

    def initial(self) -> dict[str, Any]:
        shown = {name: getattr(self.record, name) for name in forms.OutsourcingForm.base_fields}
        return shown | {name: plain(shown[name]) for name in _OUTSIDE_NUMBERS}

    def act(self, form: Any) -> Any:
        self.saved = change_outsourcing(policy=self.record, **form.cleaned_data, by=who(self.request))
        return f"{self.record.item.get_absolute_url()}?tab=supply"


class RemoveOutsourcing(ActionForm):
    model, form_class, section, roles = OutsourcingPolicy, forms.NothingForm, "strategies", BUYERS
    title, submit, danger = _("Remove outside work"), _("Remove"), True
    text = _("New orders follow what is left; work already sent out stays there.")

    def act(self, form: Any) -> Any:
        to = f"{self.record.item.get_absolute_url()}?tab=supply"
        remove_outsourcing(policy=self.record, by=who(self.request))
        return to

    def said(self, result: Any) -> Any:
        return _("Outside work removed.")
