"""A quantity with the unit it is typed in; it cleans to the item's own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Case, Exists, OuterRef, Q, When
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.services.measure import in_item_unit
from strategies.models import Item, Unit, UnitConversion


def quantity_field(label: Any = _("Quantity"), **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=24, decimal_places=12, localize=False, **options
    )


def pieces_field(**options: Any) -> forms.DecimalField:
    """How many pieces: asked beside the weight of what is weighed and counted."""
    return quantity_field(_("Pieces"), required=False, **options)


def ask_pieces(form: forms.Form, unit: Unit | None, *, weighed: bool | None = None) -> None:
    """Leave the field `catch_quantity` only where something is `weighed` and counted, with the unit at its end where
    there is but one."""
    if unit is None and not weighed:
        del form.fields["catch_quantity"]
    elif unit is not None:
        field: Any = form.fields["catch_quantity"]
        field.unit = unit.code


def unit_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.order_by("code"),
        required=False,
        empty_label=_("The item's own"),
        to_field_name="code",
    )


class _UsualFirst(ModelChoiceIterator):
    """The units in which quantities of an item are said; all others behind them, under a heading of their own."""

    def __iter__(self) -> Iterator[Any]:
        rows = list(self.queryset)
        yield "", self.field.empty_label
        yield from (self.choice(row) for row in rows if row.usual)
        others = [self.choice(row) for row in rows if not row.usual]
        if others:
            yield str(_("Other unit")), others


def usual_units(field: Any, item: Item) -> None:
    """Let a field of units offer first the item's own and those it has a conversion of its own for. One query."""
    own = UnitConversion.objects.filter(item=item).filter(Q(source=OuterRef("pk")) | Q(target=OuterRef("pk")))
    usual = Case(When(Q(pk=item.unit_id) | Exists(own), then=True), default=False)
    field.iterator = _UsualFirst
    field.queryset = Unit.objects.annotate(usual=usual).order_by("code")


class Measured(forms.Form):
    """Base of forms with `quantity` and `unit`. What they clean to has no unit any more: stock knows the item's
    own only.
    """

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        unit, item = given.pop("unit", None), self.item_of(given)
        if item is not None and given.get("quantity") is not None:
            try:
                given["quantity"] = in_item_unit(item, given["quantity"], unit)
            except Refused as no:
                self.add_error(no.field if no.field in self.fields else "quantity", str(no))
        return given

    def item_of(self, given: dict[str, Any]) -> Any:
        """Whose quantity it is: the form's own `item`, or what a form of a record knows."""
        return given.get("item")
