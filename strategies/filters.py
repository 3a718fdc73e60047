"""What lists can be narrowed down by."""

from __future__ import annotations

import django_filters as df
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from strategies.models import (
    BomVersion,
    ImportRun,
    Item,
    ItemGroup,
    ItemPolicy,
    Location,
    ResourceGroup,
    RouteVersion,
    Site,
    StandardOperation,
    Vendor,
)
from strategies.models.version import VersionState


class ItemFilter(df.FilterSet):
    supply = df.MultipleChoiceFilter(
        label=_("Supply"), choices=ItemPolicy.Supply.choices, field_name="supply"
    )
    kind = df.MultipleChoiceFilter(label=_("Kind"), choices=Item.Kind.choices)
    group = df.ModelMultipleChoiceFilter(
        label=_("Group"), queryset=ItemGroup.objects.order_by("code"), to_field_name="code"
    )
    strategy = df.MultipleChoiceFilter(
        label=_("Strategy"), choices=ItemPolicy.Strategy.choices, method="with_settings"
    )
    mode = df.MultipleChoiceFilter(label=_("Mode"), choices=ItemPolicy.Mode.choices, method="with_settings")
    active = df.BooleanFilter(label=_("In use"))
    no_bill = df.BooleanFilter(label=_("Made without a BOM"), method="without_bill")
    no_route = df.BooleanFilter(label=_("Made without a route"), method="without_route")

    class Meta:
        model = Item
        fields: tuple[str, ...] = ()

    def with_settings(self, rows, name, wanted):
        """Items that have such order settings, at any site."""
        if not wanted:
            return rows
        own = ItemPolicy.objects.filter(item=OuterRef("pk"), **{f"{name}__in": wanted})
        return rows.filter(Exists(own))

    def without_bill(self, rows, _name, wanted):
        return rows.filter(supply="make", has_bill=not wanted) if wanted is not None else rows

    def without_route(self, rows, _name, wanted):
        return rows.filter(supply="make", has_route=not wanted) if wanted is not None else rows


class VersionFilter(df.FilterSet):
    state = df.MultipleChoiceFilter(label=_("State"), choices=VersionState.choices)
    site = df.ModelMultipleChoiceFilter(
        label=_("Site"), queryset=Site.objects.order_by("code"), to_field_name="code"
    )
    group = df.ModelMultipleChoiceFilter(
        label=_("Item group"),
        field_name="item__group",
        queryset=ItemGroup.objects.order_by("code"),
        to_field_name="code",
    )


class BomFilter(VersionFilter):
    class Meta:
        model = BomVersion
        fields: tuple[str, ...] = ()


class RouteFilter(VersionFilter):
    centre = df.ModelMultipleChoiceFilter(
        label=_("Work centre"),
        field_name="operations__group",
        queryset=ResourceGroup.objects.order_by("code"),
        distinct=True,
    )

    class Meta:
        model = RouteVersion
        fields: tuple[str, ...] = ()


class GroupFilter(df.FilterSet):
    site = df.ModelMultipleChoiceFilter(
        label=_("Site"), queryset=Site.objects.order_by("code"), to_field_name="code"
    )
    bottleneck = df.BooleanFilter(label=_("Bottleneck"))
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = ResourceGroup
        fields: tuple[str, ...] = ()


class VendorFilter(df.FilterSet):
    preferred = df.BooleanFilter(label=_("Preferred"))
    subcontractor = df.BooleanFilter(label=_("Works for us"))
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = Vendor
        fields: tuple[str, ...] = ()


class LocationFilter(df.FilterSet):
    site = df.ModelMultipleChoiceFilter(
        label=_("Site"), queryset=Site.objects.order_by("code"), to_field_name="code"
    )
    kind = df.MultipleChoiceFilter(label=_("Kind"), choices=Location.Kind.choices)
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = Location
        fields: tuple[str, ...] = ()


class ImportFilter(df.FilterSet):
    state = df.MultipleChoiceFilter(label=_("State"), choices=ImportRun.State.choices)
    dry_run = df.BooleanFilter(label=_("Dry run"))

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = ()


class StandardFilter(df.FilterSet):
    group = df.ModelMultipleChoiceFilter(
        label=_("Work centre"), queryset=ResourceGroup.objects.order_by("code")
    )
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = StandardOperation
        fields: tuple[str, ...] = ()
