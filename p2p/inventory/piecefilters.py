"""What the lists of serial numbers and handling units can be narrowed to."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from p2p.inventory.models import HandlingUnit, Serial


class SerialFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    made_on = filters.DateFromToRangeFilter(label=_("Made"))

    class Meta:
        model = Serial
        fields = ("item", "made_on")


class UnitFilter(filters.FilterSet):  # type: ignore[misc]
    kind = filters.ChoiceFilter(label=_("Kind"), choices=HandlingUnit.Kind.choices)
    state = filters.ChoiceFilter(label=_("State"), choices=HandlingUnit.State.choices)
    place = filters.CharFilter(label=_("Stands at"), field_name="location__code", lookup_expr="iexact")
    site = filters.CharFilter(label=_("Site"), field_name="location__site__code", lookup_expr="iexact")

    class Meta:
        model = HandlingUnit
        fields = ("kind", "state", "place", "site")
