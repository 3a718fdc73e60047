"""Which control plan asks for an inspection where: plans in force, put to the matcher, and said in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from quality.engine.matching import Scope, Spot, choose
from quality.models import ControlPlan
from strategies.models import ItemGroup


def plans_in_force(trigger: str, sites: Iterable[int]) -> dict[int, ControlPlan]:
    """Active plans of these sites that act at this moment, by key. One query."""
    rows = ControlPlan.objects.filter(state=ControlPlan.State.ACTIVE, trigger=trigger, site__in=list(sites))
    return {plan.pk: plan for plan in rows.select_related("site", "item", "item_group", "group", "vendor")}


def group_parents() -> dict[int, int | None]:
    """Item group -> the group it is part of. One query."""
    return dict(ItemGroup.objects.values_list("pk", "parent_id"))


def plan_for(plans: Mapping[int, ControlPlan], spot: Spot) -> ControlPlan | None:
    """The most specific of the plans that applies to the spot."""
    found = choose((_scope(plan) for plan in plans.values()), spot)
    return plans[found.key] if found else None


def _scope(plan: ControlPlan) -> Scope:
    return Scope(
        key=plan.pk,
        code=plan.code,
        site=plan.site_id,
        item=plan.item_id,
        item_group=plan.item_group_id,
        vendor=plan.vendor_id,
        group=plan.group_id,
        operation_number=plan.operation_number,
    )


def because(plan: ControlPlan) -> str:
    """Which rule asks, in words: "Plan FRAME v2: item FR-R92B-58, operation 40"."""
    named = [
        _("item {item}").format(item=plan.item) if plan.item else "",
        _("item group {group}").format(group=plan.item_group) if plan.item_group else "",
        _("vendor {vendor}").format(vendor=plan.vendor) if plan.vendor else "",
        _("work centre {group}").format(group=plan.group) if plan.group else "",
        _("operation {number}").format(number=plan.operation_number) if plan.operation_number else "",
    ]
    rule = ", ".join(filter(None, named)) or _("everything at {site}").format(site=plan.site)
    return _("Plan {plan}: {rule}").format(plan=plan, rule=rule)
