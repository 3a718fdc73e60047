"""What lists of resources, people and abilities can be narrowed down by."""

from __future__ import annotations

from datetime import timedelta

import django_filters as df
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from strategies.models import (
    Capability,
    CostCategory,
    ReserveAt,
    Resource,
    ResourceGroup,
    ResourceMembership,
    Site,
    Skill,
    Worker,
    WorkerSkill,
)
from strategies.selectors.capacity import on_day


def _sites(path: str = "site__code") -> df.ModelMultipleChoiceFilter:
    return df.ModelMultipleChoiceFilter(
        label=_("Site"), queryset=Site.objects.order_by("code"), field_name=path, to_field_name="code"
    )


def _groups(path: str = "group") -> df.ModelMultipleChoiceFilter:
    return df.ModelMultipleChoiceFilter(
        label=_("Work centre"), queryset=ResourceGroup.objects.order_by("code"), field_name=path
    )


class ResourceFilter(df.FilterSet):
    site = _sites()
    group = _groups()
    kind = df.MultipleChoiceFilter(label=_("Kind"), choices=Resource.Kind.choices)
    capability = df.ModelMultipleChoiceFilter(
        label=_("Capability"),
        queryset=Capability.objects.order_by("code"),
        field_name="capabilities__capability__code",
        to_field_name="code",
        distinct=True,
    )
    bottleneck = df.BooleanFilter(label=_("Bottleneck"))
    finite = df.BooleanFilter(label=_("Limited"))
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = Resource
        fields: tuple[str, ...] = ()


class StayFilter(df.FilterSet):
    group = _groups()
    day = df.DateFilter(label=_("On the day"), method="held_on")

    class Meta:
        model = ResourceMembership
        fields: tuple[str, ...] = ()

    def held_on(self, rows, _name, day):
        return rows.filter(on_day(day))


class WorkerFilter(df.FilterSet):
    site = _sites()
    group = _groups()
    skill = df.ModelMultipleChoiceFilter(
        label=_("Skill"),
        queryset=Skill.objects.order_by("code"),
        field_name="skills__skill__code",
        to_field_name="code",
        distinct=True,
    )
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = Worker
        fields: tuple[str, ...] = ()


class SkillFilter(df.FilterSet):
    kind = df.MultipleChoiceFilter(label=_("Kind"), choices=Skill.Kind.choices)

    class Meta:
        model = Skill
        fields: tuple[str, ...] = ()


class WorkerSkillFilter(df.FilterSet):
    skill = df.ModelMultipleChoiceFilter(
        label=_("Skill"),
        queryset=Skill.objects.order_by("code"),
        field_name="skill__code",
        to_field_name="code",
    )
    within = df.NumberFilter(label=_("Expires within days"), method="expiring", min_value=0, max_value=3660)
    expired = df.BooleanFilter(label=_("Expired"), method="has_expired")

    class Meta:
        model = WorkerSkill
        fields: tuple[str, ...] = ()

    def expiring(self, rows, _name, days):
        limit = clock.today() + timedelta(days=int(days))
        return rows.filter(worker__active=True, valid_to__lte=limit, renewed=False)

    def has_expired(self, rows, _name, wanted):
        today = clock.today()
        return rows.filter(valid_to__lt=today) if wanted else rows.exclude(valid_to__lt=today)


class CategoryFilter(df.FilterSet):
    kind = df.MultipleChoiceFilter(label=_("Kind"), choices=CostCategory.Kind.choices)

    class Meta:
        model = CostCategory
        fields: tuple[str, ...] = ()


class SiteFilter(df.FilterSet):
    reserve_at = df.MultipleChoiceFilter(label=_("Materials are reserved"), choices=ReserveAt.choices)
    active = df.BooleanFilter(label=_("In use"))

    class Meta:
        model = Site
        fields: tuple[str, ...] = ()
