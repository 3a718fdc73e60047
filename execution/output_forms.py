"""What comes out beside the product, on forms: a row for each output and one for what nobody planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from execution.services.adding import may_add
from execution.services.beside import Beside, Expecting, expecting
from p2p.core.models import User
from planning.models import Operation, Output
from strategies.models import Item, ReasonCode

PART, ADDED = "out", "add"
"""How the names of their inputs begin."""


def amount(label: Any, what: str, **also: Any) -> forms.DecimalField:
    """A number of one item, whose refusal names it."""
    words = {
        "invalid": _("Type a number for %(what)s."),
        "min_value": _("The number for %(what)s cannot be less than zero."),
        "max_value": _("The share of the cost is 100 % at most."),
    }
    words |= dict.fromkeys(
        ("max_digits", "max_whole_digits", "max_decimal_places"),
        _("The number for %(what)s has more digits than can be kept."),
    )
    said = {key: str(text).replace("%(what)s", what) for key, text in words.items()}
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=24,
        decimal_places=12,
        error_messages=said,
        **also,
    )


def name_of(tracking: str) -> Any:
    """What the pieces of an item are called by; "" where they have no name."""
    return {
        Item.Tracking.LOT: _("Lot; empty: by rule"),
        Item.Tracking.SERIAL: _("Serial numbers; empty: by rule"),
    }.get(Item.Tracking(tracking), "")


@dataclass(frozen=True)
class OutputRow:
    """One output with its inputs; `one` says what is expected of it."""

    form: forms.Form
    one: Expecting
    prefix: str

    @property
    def output(self) -> Output:
        return self.one.output

    @property
    def issued(self) -> Decimal:
        """What came by itself so far."""
        return self.output.received_quantity - self.one.off

    def _bound(self, name: str) -> Any:
        key = f"{self.prefix}-{name}"
        return self.form[key] if key in self.form.fields else None

    def fields(self) -> Iterator[Any]:
        """Its inputs but the quantity."""
        for name in ("scrap", "reason", "name", "plate", "pieces"):
            if (bound := self._bound(name)) is not None:
                yield bound

    @property
    def quantity(self) -> Any:
        return self._bound("quantity")

    @property
    def told(self) -> bool:
        """Whether something was typed."""
        return any(bound.value() for bound in (self.quantity, *self.fields()))


class OutputsForm(forms.Form):
    """Co- and by-products of a report of this operation; nothing to ask before the last one."""

    def __init__(self, *args: Any, operation: Operation, by: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = not operation.links_after.exists()
        order = operation.order
        self.reasons = ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP, active=True)
        self.rows = [self._row(one) for one in (expecting(order) if last else [])]
        self.adds = last and may_add(order, by)
        if self.adds:
            self._ask_for_more()

    def __bool__(self) -> bool:
        return bool(self.rows or self.adds)

    def _row(self, one: Expecting) -> OutputRow:
        item, prefix = one.output.item, f"{PART}-{one.output.item_id}"
        fields: dict[str, forms.Field] = self.fields
        quantity: Any = amount(_("Came out"), item.number)
        scrap: Any = amount(_("Scrap"), item.number)
        quantity.unit = scrap.unit = item.unit.code
        fields[f"{prefix}-quantity"], fields[f"{prefix}-scrap"] = quantity, scrap
        fields[f"{prefix}-reason"] = self._reason()
        if label := name_of(item.tracking):
            name: Any = forms.CharField(label=label, max_length=2000, required=False)
            name.takes = "list" if item.tracking == Item.Tracking.SERIAL else "one"
            fields[f"{prefix}-name"] = name
        fields[f"{prefix}-plate"] = forms.CharField(label=_("License plate"), max_length=40, required=False)
        if item.catch_unit is not None:
            pieces: Any = amount(_("Pieces"), item.number)
            pieces.unit = item.catch_unit.code
            fields[f"{prefix}-pieces"] = pieces
        return OutputRow(self, one, prefix)

    def _reason(self) -> forms.ModelChoiceField[ReasonCode]:
        return forms.ModelChoiceField(
            label=_("Reason for scrap"),
            queryset=self.reasons,
            required=False,
            to_field_name="code",
            empty_label=_("none"),
        )

    def _ask_for_more(self) -> None:
        kinds = [choice for choice in Output.Kind.choices if choice[0] != Output.Kind.MAIN]
        self.fields |= {
            f"{ADDED}-item": forms.CharField(
                label=_("Also came out: item"), max_length=60, required=False,
                help_text=_("Scan or type the number of an item that nobody planned."),
            ),
            f"{ADDED}-quantity": amount(_("Came out"), str(_("what also came out"))),
            f"{ADDED}-kind": forms.ChoiceField(
                label=_("Kind"), choices=kinds, initial=Output.Kind.BY, required=False
            ),
            f"{ADDED}-share": amount(
                _("Carries of the cost, %"), str(_("the share of the cost")), max_value=Decimal(100)
            ),
            f"{ADDED}-name": forms.CharField(
                label=_("Lot or serial numbers"), max_length=2000, required=False
            ),
            f"{ADDED}-plate": forms.CharField(label=_("License plate"), max_length=40, required=False),
            f"{ADDED}-pieces": amount(_("Pieces"), str(_("pieces"))),
        }  # fmt: skip

    @property
    def more(self) -> list[Any]:
        """Inputs of what nobody planned."""
        return [self[name] for name in self.fields if name.startswith(f"{ADDED}-")]

    @property
    def more_told(self) -> bool:
        return any(one.value() for one in self.more if not one.name.endswith("-kind"))

    @property
    def told(self) -> bool:
        """Whether anything was typed."""
        return self.more_told or any(row.told for row in self.rows)

    def clean(self) -> dict[str, Any]:
        """An item that is added is known, and named before anything is said of it."""
        given = super().clean() or {}
        number = given.get(f"{ADDED}-item", "")
        if number:
            found = Item.objects.select_related("unit").filter(number__iexact=number.strip()).first()
            if found is None:
                text = _("There is no item %(number)s.")
                raise forms.ValidationError({f"{ADDED}-item": text % {"number": number}})
            given["added"] = found
        elif self.adds and not self.errors and self.more_told:
            raise forms.ValidationError({f"{ADDED}-item": _("Name the item that also came out.")})
        return given

    def outputs(self) -> list[Beside]:
        """The service's parameter: only what something was said of."""
        found = [self._said(row.prefix, row.output.item) for row in self.rows if row.told]
        added = self.cleaned_data.get("added")
        if added is not None:
            known = next((row for row in self.rows if row.output.item_id == added.pk), None)
            found.append(self._said(ADDED, known.output.item if known else added))
        return found

    def _said(self, prefix: str, item: Item) -> Beside:
        given = {name[len(prefix) + 1 :]: value for name, value in self.cleaned_data.items() if
                 name.startswith(f"{prefix}-")}  # fmt: skip
        serial = item.tracking == Item.Tracking.SERIAL
        name, share = given.get("name") or "", given.get("share")
        return Beside(
            item=item,
            quantity=given.get("quantity"),
            scrap=given.get("scrap") or Decimal(0),
            reason=given.get("reason"),
            lot="" if serial else name.strip(),
            serials=tuple(name.replace(",", " ").split()) if serial else (),
            plate=(given.get("plate") or "").strip(),
            catch_quantity=given.get("pieces"),
            kind=given.get("kind") or "",
            cost_share=None if share is None else share / 100,
        )
