"""Forms of what is booked without an order: one for each act, with the fields it needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites
from p2p.core.web.lookup import KeyedField, NumberOf
from p2p.inventory.engine.ranges import NoRange, numbers_in
from p2p.inventory.forms.measured import Measured, pieces_field, quantity_field, unit_field
from p2p.inventory.forms.reasons import ask_reason
from p2p.inventory.models import HandlingUnit, Lot
from p2p.inventory.services.by_hand import HOW, Act, HandLine
from strategies.models import Item, Location, ReasonCode, Site, Vendor

_DAY = {"type": "date"}
_NEW = ("vendor", "vendor_lot", "made_on", "expires_on")
"""Fields of goods that are new."""
_PAPER = {
    Act.RECEIPT: _("Delivery note"),
    Act.ISSUE: _("Cost place or document"),
    Act.RETURN: _("Return note"),
}


def unit_of_stock(label: Any) -> KeyedField:
    rows = HandlingUnit.objects.exclude(state=HandlingUnit.State.RETIRED)
    return KeyedField(label=label, rows=rows, required=False)


class ByHandForm(Measured):
    """`act` is one of Act; `user` chooses among the sites where they hold one of `roles`."""

    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), to_field_name="code", empty_label=None
    )
    item = KeyedField(label=_("Item"), rows=Item.objects.filter(active=True).select_related("unit"))
    quantity = quantity_field()
    unit = unit_field()
    catch_quantity = pieces_field(help_text=_("Of an item that is weighed and counted."))
    place = NumberOf(label=_("Place"), model=Location, within="site", max_length=30)
    to = NumberOf(label=_("To"), model=Location, within="site", max_length=30)
    lot = NumberOf(label=_("Lot"), model=Lot, within="item", max_length=60, required=False)
    serials = forms.CharField(
        label=_("Serial numbers"), required=False, help_text=_("One by one, or as SN-1..SN-9.")
    )
    inside = unit_of_stock(_("Out of handling unit"))
    into_unit = unit_of_stock(_("Into handling unit"))
    vendor = KeyedField(label=_("Vendor"), rows=Vendor.objects.filter(active=True), required=False)
    vendor_lot = forms.CharField(label=_("Vendor's lot"), max_length=60, required=False)
    made_on = forms.DateField(label=_("Made"), required=False, widget=forms.DateInput(attrs=_DAY))
    expires_on = forms.DateField(label=_("Expires"), required=False, widget=forms.DateInput(attrs=_DAY))
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=ReasonCode.objects.none())
    reference = forms.CharField(label=_("Document"), max_length=60, required=False)

    def __init__(self, *args: Any, act: str, user: Any, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act = Act(act)
        fields: Any = self.fields
        sites = Site.objects.filter(active=True).order_by("code")
        fields["site"].queryset = at_sites(sites, user, *roles, path="code")
        kind = HOW[self.act].reason
        ask_reason(fields["reason"], kind)
        fields["reference"].label = _PAPER.get(self.act, _("Document"))
        fields["place"].label = _("From") if self.act == Act.TRANSFER else _("Place")
        if self.act == Act.RECEIPT:
            fields["lot"].help_text = _("Empty: numbered by the item's rule.")
        entering = self.act in (Act.RECEIPT, Act.MORE)
        gone = {
            "to": self.act != Act.TRANSFER,
            "reason": not kind,
            "inside": entering,
            "into_unit": not (entering or self.act == Act.TRANSFER),
            **dict.fromkeys(_NEW, self.act != Act.RECEIPT),
        }
        for name in (name for name, missing in gone.items() if missing):
            del fields[name]

    def clean_serials(self) -> list[str]:
        try:
            return numbers_in(self.cleaned_data.get("serials") or "")
        except NoRange as no:
            sentence = _("{text} is no range of serial numbers, such as SN-1..SN-9.")
            raise forms.ValidationError(sentence.format(text=no.text)) from no

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        site = given.get("site")
        for name in ("place", "to"):
            code = given.get(name)
            if site is not None and code:
                given[name] = self._place(site, code, name)
        return given

    def _place(self, site: Site, code: str, name: str) -> Location | None:
        rows = Location.objects.filter(site=site, active=True).select_related("site")
        found = rows.filter(code__iexact=code.strip()).first()
        if found is None:
            self.add_error(name, _("There is no place {code} at {site}.").format(code=code, site=site.code))
        return found

    def line(self) -> HandLine:
        given = self.cleaned_data
        names = ("item", "quantity", "catch_quantity", "place", "to", "lot", "serials", "into_unit", *_NEW)
        said = {name: given[name] for name in names if name in given}
        return HandLine(unit=given.get("inside"), **said)
