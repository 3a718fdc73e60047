"""The need that an order by hand is for, as REST and forms say it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from p2p.core.facts import Refused
from p2p.core.rest import VerbSerializer
from p2p.core.web import formats
from p2p.core.web.lookup import NumberOf
from planning.models import Demand, Material
from planning.services import need
from planning.tie_facts import Supply

HELP = (
    "The one need it is for: a component line as MO-000123, 20, or a demand line as SO-1/1; empty: everybody."
)


class MadeForField(serializers.CharField):
    """Shows what an order is for; what is typed is `read` by the serializer once it knows item and site."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            source="*", required=False, allow_blank=True, max_length=70, help_text=HELP, **options
        )

    def to_representation(self, value: Any) -> str:
        return str(value.need_words)

    def to_internal_value(self, data: Any) -> Any:
        return {"made_for": super().to_internal_value(data)}


class Tying:
    """A serializer with `made_for`."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = super().validate(attrs)  # type: ignore[misc]
        text = given.pop("made_for", "").strip()
        if text and given.get("item") and given.get("site"):
            given["made_for"] = read(text, given["item"], given["site"])
        return given


def read(text: str, item: Any, site: Any) -> need.Need:
    """The need called so; an error of the field where there is none."""
    try:
        return need.named(text, item=item, site=site)
    except Refused as no:
        raise serializers.ValidationError({"made_for": str(no)}) from no


class TieInput(VerbSerializer):
    made_for = serializers.CharField(max_length=70, help_text=HELP)


class ForNeed(forms.Form):
    """A form of an order by hand: the need is a component line or a demand line, named by its number."""

    for_order = NumberOf(
        model=Material,
        within="item",
        label=_("Made for order"),
        required=False,
        max_length=70,
        help_text=_("An order that takes it and has supply of its own; empty: it is for everybody."),
    )
    for_demand = NumberOf(
        model=Demand,
        within="item",
        label=_("Made for demand"),
        required=False,
        max_length=60,
        help_text=_("A customer's line, as SO-1/1; empty: it is for everybody."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        texts = {name: (given.pop(name, "") or "").strip() for name in ("for_order", "for_demand")}
        named = [name for name, text in texts.items() if text]
        if len(named) > 1:
            self.add_error("for_demand", _("It is made for one need: name the order or the demand line."))
        elif named and given.get("item") and given.get("site"):
            try:
                given["made_for"] = need.named(texts[named[0]], item=given["item"], site=given["site"])
            except Refused as no:
                self.add_error(named[0], str(no))
        return given


class TieForm(forms.Form):
    """Open needs of the order's item, to choose from."""

    made_for = forms.ChoiceField(label=_("Made for"))

    def __init__(self, *given: Any, supply: Supply, **also: Any) -> None:
        super().__init__(*given, **also)
        self.needs = {need.words(one): one for one in need.open_needs(item=supply.item, site=supply.site)}
        field = self.fields["made_for"]
        field.choices = [(key, _label(one)) for key, one in self.needs.items()]  # type: ignore[attr-defined]
        if not self.needs:
            field.choices = [("", _("nothing to choose from"))]  # type: ignore[attr-defined]
            field.help_text = _(
                "No open need of {item} has supply of its own: a strategy to order in its order settings makes that so."
            ).format(item=supply.item.number)

    def clean_made_for(self) -> need.Need:
        return self.needs[self.cleaned_data["made_for"]]


def _label(one: need.Need) -> str:
    if isinstance(one, Material):
        whom, left, day = one.order.item.number, one.quantity - one.issued_quantity, one.order.start_on
    else:
        whom, left, day = (
            one.customer or one.get_kind_display(),
            one.quantity - one.delivered_quantity,
            one.due_on,
        )
    amount = f"{formats.number(left)} {one.unit.code}"
    return f"{need.words(one)} – {whom} · {amount} · {formats.day(day)}"
