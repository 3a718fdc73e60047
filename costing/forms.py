"""Forms of cost versions; each field is a parameter of one service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from costing.models import CostElement, CostVersion
from costing.services.version import Hourly, PerPiece, Price, Surcharge
from p2p.core.access import at_sites
from strategies.forms.cells import number
from strategies.forms.common import DAY
from strategies.models import CostCategory, Item, Site


class VersionForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=30)
    name = forms.CharField(label=_("Name"), max_length=100)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.order_by("code"))
    valid_from = forms.DateField(label=_("From"), widget=DAY)
    kind = forms.ChoiceField(label=_("Kind"), choices=CostVersion.Kind.choices)
    like = forms.ModelChoiceField(
        label=_("Prices and rates of"),
        queryset=CostVersion.objects.select_related("site__currency").order_by("site", "-valid_from", "code"),
        required=False,
        empty_label=_("none: enter them"),
    )

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, path in (("site", "code"), ("like", "site__code")):
            field: Any = self.fields[name]
            field.queryset = at_sites(field.queryset, user, path=path)


class _Lines(forms.CharField):
    """Lines of text; `words` names what is wanted of one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}), **options
        )

    def split(self, text: str, least: int, wanted: str) -> list[tuple[int, list[str]]]:
        found = [
            (place, line.replace("\t", " ").split()) for place, line in enumerate(text.splitlines(), start=1)
        ]
        for place, parts in found:
            if parts and len(parts) < least:
                raise forms.ValidationError(
                    say("Line {line} wants {wanted}.").format(line=place, wanted=wanted)
                )
        return [(place, parts) for place, parts in found if parts]


def _no(place: int, what: Any, key: str) -> forms.ValidationError:
    return forms.ValidationError(
        say("Line {line}: there is no {what} {key}.").format(line=place, what=what, key=key)
    )


class PricesForm(forms.Form):
    prices = _Lines(
        label=_("Prices"),
        help_text=_(
            "One a line: item, price of one of its unit, and where it comes from. SPOKE 0.25 offer 7"
        ),
    )

    def clean_prices(self) -> list[Price]:
        field: Any = self.fields["prices"]
        lines = field.split(self.cleaned_data["prices"], 2, say("an item and a price"))
        known = {item.number: item for item in Item.objects.filter(number__in={row[0] for _at, row in lines})}
        found = []
        for place, (key, price, *source) in lines:
            if key not in known:
                raise _no(place, say("item"), key)
            found.append(Price(known[key], number(price), " ".join(source)[:100]))
        return found


class RatesForm(forms.Form):
    rates = _Lines(
        label=_("Rates"),
        help_text=_(
            "One a line: cost category, element and money, per hour or, where the category counts pieces, per piece;"
            " or “on”, base element, element and percent."
        ),
    )

    def clean_rates(self) -> tuple[list[Hourly], list[PerPiece], list[Surcharge]]:
        field: Any = self.fields["rates"]
        categories = {one.code.casefold(): one for one in CostCategory.objects.all()}
        elements = {one.code.casefold(): one for one in CostElement.objects.all()}
        hourly: list[Hourly] = []
        pieces: list[PerPiece] = []
        surcharges: list[Surcharge] = []
        for place, parts in field.split(
            self.cleaned_data["rates"], 3, say("a category, an element and a rate")
        ):
            on = parts[0].casefold() == "on" and len(parts) > 3
            first, second, amount = parts[1:4] if on else parts[:3]
            if second.casefold() not in elements:
                raise _no(place, say("cost element"), second)
            element = elements[second.casefold()]
            if on:
                if first.casefold() not in elements:
                    raise _no(place, say("cost element"), first)
                share = number(amount.removesuffix("%")) / Decimal(100)
                surcharges.append(Surcharge(elements[first.casefold()], element, share))
            elif first.casefold() not in categories:
                raise _no(place, say("cost category"), first)
            elif categories[first.casefold()].kind == CostCategory.Kind.QUANTITY:
                pieces.append(PerPiece(categories[first.casefold()], element, number(amount)))
            else:
                hourly.append(Hourly(categories[first.casefold()], element, number(amount)))
        return hourly, pieces, surcharges
