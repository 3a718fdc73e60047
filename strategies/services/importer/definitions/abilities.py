"""Sheets of what resources and people can do, and of change-overs between families."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy

from strategies.models import (
    Capability,
    Resource,
    ResourceCapability,
    SetupFamily,
    SetupMatrix,
    SetupTime,
    Skill,
    Worker,
    WorkerSkill,
)
from strategies.services.importer.definitions.work_reviews import days_in_order, stays_apart
from strategies.services.importer.kinds import Choice, Day, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Sheet
from strategies.services.setups import LONGEST

CODE, NAME = Text(30), Text(100)
LEVEL = Column("level", Number(at_least=Decimal(0)), example="10")
DAYS = (Column("valid_from", Day(), example="2026-01-01"), Column("valid_to", Day()))


def _named(name: str, title: object, model: type, code: str, words: str) -> Sheet:
    """A sheet of a code and a name."""
    fields = (
        Column("code", CODE, required=True, example=code),
        Column("name", NAME, required=True, example=words),
    )
    return Sheet(name=name, title=title, model=model, key=("code",), fields=fields)


SHEETS = (
    _named("capabilities", gettext_lazy("Capabilities"), Capability, "DRILL", "Drilling"),
    Sheet(
        name="resource_capabilities",
        title=gettext_lazy("Capabilities of resources"),
        model=ResourceCapability,
        key=("resource", "capability", "valid_from"),
        checks=(days_in_order,),
        guards=(stays_apart("resource_capabilities", ResourceCapability, "resource", "capability"),),
        fields=(
            Reference(
                "resource",
                Resource,
                ("site", "resource"),
                ("site__code", "code"),
                required=True,
                example="60-1",
            ),
            Reference("capability", Capability, ("capability",), ("code",), required=True, example="DRILL"),
            LEVEL,
            Column("priority", Whole(1, 999), help=gettext_lazy("the lowest comes first"), example="1"),
            *DAYS,
        ),
    ),
    Sheet(
        name="skills",
        title=gettext_lazy("Skills"),
        model=Skill,
        key=("code",),
        fields=(
            Column("code", CODE, required=True, example="WELD-TIG"),
            Column("name", NAME, required=True, example="TIG welding"),
            Column("kind", Choice(Skill.Kind), example="certificate"),
        ),
    ),
    Sheet(
        name="worker_skills",
        title=gettext_lazy("Skills of workers"),
        model=WorkerSkill,
        key=("worker", "skill", "valid_from"),
        checks=(days_in_order,),
        guards=(stays_apart("worker_skills", WorkerSkill, "worker", "skill"),),
        fields=(
            Reference("worker", Worker, ("worker",), ("number",), required=True, example="4711"),
            Reference("skill", Skill, ("skill",), ("code",), required=True, example="WELD-TIG"),
            LEVEL,
            *DAYS,
        ),
    ),
    _named("setup_families", gettext_lazy("Setup families"), SetupFamily, "RED", "Red frames"),
    _named("setup_matrices", gettext_lazy("Setup matrices"), SetupMatrix, "PAINT", "Paint line"),
    Sheet(
        name="setup_times",
        title=gettext_lazy("Change-overs"),
        about=gettext_lazy("An empty “from” or “to” stands for any family; one that is named outranks it."),
        model=SetupTime,
        key=("matrix", "source", "target"),
        fields=(
            Reference("matrix", SetupMatrix, ("matrix",), ("code",), required=True, example="PAINT"),
            Reference("source", SetupFamily, ("from",), ("code",), example="RED"),
            Reference("target", SetupFamily, ("to",), ("code",), example="BLUE"),
            Column("seconds", Whole(0, LONGEST), required=True, example="1800"),
            Column("cost", Number(at_least=Decimal(0), places=4)),
        ),
    ),
)
