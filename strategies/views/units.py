"""Units and the ways between them: lists and forms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage
from p2p.core.web.page import who
from strategies import forms
from strategies.models import Item, Unit, UnitConversion
from strategies.selectors import lists as selectors
from strategies.services.units import (
    add_conversion,
    change_conversion,
    change_unit,
    create_unit,
    delete_conversion,
    delete_conversions,
    delete_unit,
    delete_units,
)

ENGINEER = (Role.ENGINEER,)
IMPORT = (_("Import a file"), "strategies:new-import")


class Units(ListPage):
    model, title, section, slot = Unit, _("Units"), "strategies", "units"
    search = ("code", "name")
    order = ("code",)
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=96),
        Column("name", _("Name"), link=True),
        Column("digits", _("Digits"), kind="number"),
        Column("get_rounding_display", _("Rounded"), width=140, order="rounding"),
    )
    bulk = (
        Bulk(
            "delete",
            _("Delete"),
            act=delete_units,
            roles=ENGINEER,
            danger=True,
            confirm=_("Delete these units?"),
        ),
    )
    empty_title, empty_text = _("No unit yet"), _("Import the sheet units.")
    empty_icon, empty_action = "ruler", IMPORT

    def record_url(self, record: Any) -> str:
        return reverse("strategies:edit-unit", args=[record.pk])


def _factor(row: Any) -> int | str:
    """A whole number, otherwise the exact fraction."""
    exact = Fraction(row.numerator, row.denominator)
    return exact.numerator if exact.denominator == 1 else str(exact)


class Conversions(ListPage):
    model, title, section, slot = UnitConversion, _("Unit conversions"), "strategies", "conversions"
    list_url = "strategies:units"
    search = ("item__number", "source__code", "target__code")
    order = ("source__code", "target__code")
    columns = (
        Column("source.code", _("One"), kind="code", link=True, width=96),
        Column("factor", _("Is exactly"), value=_factor, kind="number", width=140),
        Column("target.code", _("Of"), kind="code", width=96),
        Column("item.number", _("For item"), kind="code", width=136),
        Column("item.name", _("Name")),
    )
    bulk = (
        Bulk(
            "delete",
            _("Delete"),
            act=delete_conversions,
            roles=ENGINEER,
            danger=True,
            confirm=_("Delete these conversions?"),
        ),
    )
    empty_title, empty_text = _("No conversion yet"), _("Import the sheet unit_conversions.")
    empty_icon, empty_action = "ruler-2", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.conversions()

    def record_url(self, record: Any) -> str:
        return reverse("strategies:edit-conversion", args=[record.pk])


class _UnitForm(ActionForm):
    form_class, section, roles = forms.UnitForm, "strategies", ENGINEER

    def said(self, result: Any) -> Any:
        return _("Unit saved.")


class NewUnit(_UnitForm):
    title, submit = _("New unit"), _("Create unit")

    def act(self, form: Any) -> Any:
        create_unit(**form.cleaned_data, by=who(self.request))
        return reverse("strategies:units")


class EditUnit(_UnitForm):
    model, title, submit = Unit, _("Edit unit"), _("Save")

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in forms.UnitForm.base_fields}

    def act(self, form: Any) -> Any:
        change_unit(unit=self.record, **form.cleaned_data, by=who(self.request))
        return reverse("strategies:units")


class DeleteUnit(ActionForm):
    model, form_class, section, roles = Unit, forms.NothingForm, "strategies", ENGINEER
    title, submit, danger = _("Delete unit"), _("Delete"), True
    text = _("Only a unit that nothing is counted in can be deleted.")

    def act(self, form: Any) -> Any:
        delete_unit(unit=self.record, by=who(self.request))
        return reverse("strategies:units")

    def said(self, result: Any) -> Any:
        return _("Unit deleted.")


class NewConversion(ActionForm):
    form_class, section, roles = forms.ConversionForm, "strategies", ENGINEER
    title, submit = _("New conversion"), _("Save")

    def act(self, form: Any) -> Any:
        add_conversion(**form.cleaned_data, by=who(self.request))
        return reverse("strategies:conversions")

    def said(self, result: Any) -> Any:
        return _("Conversion saved.")


class NewItemConversion(NewConversion):
    """From the page of the item."""

    model = Item

    def initial(self) -> dict[str, Any]:
        return {"item": self.record, "target": self.record.unit}

    def act(self, form: Any) -> Any:
        add_conversion(**form.cleaned_data, by=who(self.request))
        return f"{self.record.get_absolute_url()}?tab=about"


class EditConversion(ActionForm):
    model, form_class, section, roles = UnitConversion, forms.FactorForm, "strategies", ENGINEER
    title, submit = _("Change conversion"), _("Save")

    def initial(self) -> dict[str, Any]:
        return {"factor": str(Fraction(self.record.numerator, self.record.denominator))}

    def act(self, form: Any) -> Any:
        change_conversion(unit_conversion=self.record, **form.cleaned_data, by=who(self.request))
        return reverse("strategies:conversions")

    def said(self, result: Any) -> Any:
        return _("Conversion saved.")


class DeleteConversion(ActionForm):
    model, form_class, section, roles = UnitConversion, forms.NothingForm, "strategies", ENGINEER
    title, submit, danger = _("Delete conversion"), _("Delete"), True
    text = _("What needs it is named from then on where it is missing.")

    def act(self, form: Any) -> Any:
        delete_conversion(unit_conversion=self.record, by=who(self.request))
        return reverse("strategies:conversions")

    def said(self, result: Any) -> Any:
        return _("Conversion deleted.")
