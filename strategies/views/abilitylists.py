"""Lists of what people and resources can do, and of change-overs."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from strategies import workfilters as filters
from strategies.models import (
    Capability,
    CostCategory,
    ResourceCapability,
    SetupFamily,
    SetupMatrix,
    Skill,
    WorkerSkill,
)
from strategies.selectors import capacity
from strategies.services import capabilities, people, setups
from strategies.views.lists import IMPORT
from strategies.views.saving import deleting
from strategies.views.worklists import CODE, FROM, NAME, TO, FormList


class Skills(FormList):
    model, title, slot, form = Skill, _("Skills"), "skills", "skill"
    list_url = "strategies:workers"
    search, order = ("code", "name"), ("code",)
    filterset_class = filters.SkillFilter
    columns = (
        CODE,
        NAME,
        Column("get_kind_display", _("Kind"), width=140, order="kind"),
        Column("worker_count", _("Workers"), kind="number"),
    )
    bulk = (deleting(people.delete_skill, "skill"),)
    empty_title, empty_text = _("No skill yet"), _("Skills, courses, certificates and titles of workers.")
    empty_icon = "rosette-discount-check"

    def rows(self) -> QuerySet[Any]:
        return Skill.objects.annotate(worker_count=Count("workers__worker", distinct=True))


def _ending(row: Any) -> str:
    """Red when it is lost, amber when it will be within 60 days."""
    if row.valid_to is None or row.renewed:
        return ""
    left = (row.valid_to - clock.today()).days
    return "bad" if left < 0 else "warn" if left <= 60 else ""


class WorkerSkills(FormList):
    model, title, slot = WorkerSkill, _("Skills of workers"), "worker_skills"
    list_url = "strategies:workers"
    form = "worker-skill"
    search = ("worker__number", "worker__name", "skill__code", "skill__name")
    order = ("valid_to", "worker__number", "id")
    filterset_class = filters.WorkerSkillFilter
    columns = (
        Column("worker.number", _("Number"), kind="code", link=True, width=120),
        Column("worker.name", _("Worker"), link=True),
        Column("skill.name", _("Skill"), width=200),
        Column("skill.get_kind_display", _("Kind"), width=120, order="skill__kind"),
        Column("level", _("Level"), kind="quantity"),
        FROM,
        Column("valid_to", _("Expires"), kind="date", tone=_ending),
        Column("renewed", _("Renewed"), kind="yes", width=80, order=""),
    )
    tabs = (
        Tab("soon", _("Expire within 60 days"), "within=60", counted=True, hot=True),
        Tab("expired", _("Expired"), "expired=true", counted=True),
    )
    bulk = (deleting(people.delete_worker_skill, "workerskill"),)
    empty_title, empty_text = _("Nobody has a skill yet"), _("Import the sheet worker_skills.")
    empty_icon = "rosette-discount-check"

    def rows(self) -> QuerySet[Any]:
        return at_sites(capacity.skills(), self.request.user, path="worker__site__code")


class Capabilities(FormList):
    model, title, slot, form = Capability, _("Capabilities"), "capabilities", "capability"
    list_url = "strategies:resources"
    search, order = ("code", "name"), ("code",)
    columns = (CODE, NAME, Column("resource_count", _("Resources"), kind="number"))
    bulk = (deleting(capabilities.delete_capability, "capability"),)
    empty_title, empty_text = _("No capability yet"), _("What a resource can do, as drilling to a depth.")
    empty_icon = "adjustments"

    def rows(self) -> QuerySet[Any]:
        return Capability.objects.annotate(resource_count=Count("resources__resource", distinct=True))


class Abilities(FormList):
    model, title, slot, form = ResourceCapability, _("Capabilities of resources"), "abilities", "ability"
    list_url = "strategies:resources"
    search = ("resource__code", "resource__name", "capability__code", "capability__name")
    order = ("capability__code", "priority", "resource__code", "id")
    columns = (
        Column("capability.name", _("Capability"), link=True),
        Column("resource.code", _("Resource"), kind="code", width=120),
        Column("resource.name", _("Name"), width=200),
        Column("level", _("Level"), kind="quantity"),
        Column("priority", _("Priority"), kind="number"),
        FROM,
        TO,
    )
    bulk = (deleting(capabilities.delete_resource_capability, "resourcecapability"),)
    empty_title, empty_text = _("No resource can do anything special yet"), _("Import resource_capabilities.")
    empty_icon = "adjustments-horizontal"

    def rows(self) -> QuerySet[Any]:
        rows = ResourceCapability.objects.select_related("resource__site", "capability")
        return at_sites(rows, self.request.user, path="resource__site__code")


class Families(FormList):
    model, title, slot, form = SetupFamily, _("Setup families"), "setup_families", "family"
    list_url = "strategies:setup-matrices"
    search, order = ("code", "name"), ("code",)
    columns = (CODE, NAME)
    bulk = (deleting(setups.delete_family, "setupfamily"),)
    empty_title, empty_text = _("No setup family yet"), _("Items that need no change-over between them.")
    empty_icon = "tags"


class Matrices(ListPage):
    model, title, section, slot = SetupMatrix, _("Setup matrices"), "strategies", "setup_matrices"
    search, order = ("code", "name"), ("code",)
    columns = (CODE, NAME, Column("cell_count", _("Change-overs"), kind="number", width=112))
    bulk = (deleting(setups.delete_matrix, "setupmatrix"),)
    empty_title, empty_text = _("No setup matrix yet"), _("How long it takes to change over, by family.")
    empty_icon, empty_action = "table", IMPORT

    def rows(self) -> QuerySet[Any]:
        return SetupMatrix.objects.annotate(cell_count=Count("times"))


class Categories(FormList):
    model, title, slot, form = CostCategory, _("Cost categories"), "cost_categories", "category"
    list_url = "strategies:work-centres"
    search, order = ("code", "name"), ("code",)
    filterset_class = filters.CategoryFilter
    columns = (CODE, NAME, Column("get_kind_display", _("Kind"), width=140, order="kind"))
    bulk = (deleting(capabilities.delete_category, "costcategory"),)
    empty_title, empty_text = _("No cost category yet"), _("What hours and pieces are booked under.")
    empty_icon = "coin"
