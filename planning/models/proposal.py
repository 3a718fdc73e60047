"""What a plan run proposes, for which need, and what it warns of."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField
from p2p.core.flow import Flow
from planning.models.made_for import Tied, at_most_one, tie_indexes

PROPOSAL_FLOW = Flow(
    "state",
    approve=({"proposed"}, "approved"),
    firm=({"proposed", "approved"}, "firmed"),
    dismiss=({"proposed", "approved"}, "dismissed"),
    restore=({"dismissed", "approved"}, "proposed"),
    unfirm=({"firmed"}, "proposed"),
)


class Need(models.TextChoices):
    """Who wants it: what an order or a proposal was made for."""

    INDEPENDENT = "independent", _("Independent")
    DEPENDENT = "dependent", _("Dependent")
    BOTH = "both", _("Both")
    STOCK = "stock", _("Stock")


class Named(models.TextChoices):
    """Which versions the demand names that an order or a proposal is for; its supply serves such demand only."""

    BOM = "bom", _("BOM")
    ROUTE = "route", _("Route")
    BOTH = "both", _("BOM and route")


def _checked(to: str, **options: Any) -> Any:
    """A foreign key that the database does not look up row by row.

    A plan writes hundreds of thousands of these with one COPY; `writeback.check` looks all of them up at
    once, in the same transaction, in a fraction of the time.
    """
    return models.ForeignKey(to, db_constraint=False, db_index=False, related_name="+", **options)


TIES = ("for_demand", "for_material", "for_proposal")


class Proposal(Tied, models.Model):
    class Kind(models.TextChoices):
        MAKE = "make", _("Make")
        BUY = "buy", _("Buy")
        TRANSFER = "transfer", _("Transfer")
        SUBCONTRACT = "subcontract", _("Subcontract")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        FIRMED = "firmed", _("Firmed")
        DISMISSED = "dismissed", _("Dismissed")

    run = models.ForeignKey(
        "planning.PlanRun",
        on_delete=models.CASCADE,
        related_name="proposals",
        db_constraint=False,
        db_index=False,
    )
    number = models.PositiveIntegerField(help_text=_("Counts from 1 within the run."))
    kind = models.CharField(max_length=12, choices=Kind.choices)
    need = models.CharField(max_length=12, choices=Need.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    site = _checked("strategies.Site", on_delete=models.PROTECT)
    item = _checked("strategies.Item", on_delete=models.PROTECT)
    quantity = QuantityField(help_text=_("To launch or to order, in the item's unit."))
    good_quantity = QuantityField(help_text=_("Expected to come out good."))
    start_on = models.DateField()
    due_on = models.DateField()
    need_on = models.DateField(help_text=_("First day it is needed."))
    level = models.PositiveSmallIntegerField(default=0, help_text=_("Low-level code of the item."))
    priority = models.PositiveSmallIntegerField(default=50, help_text=_("The most urgent need it serves."))
    vendor = _checked("strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True)
    bom = _checked("strategies.BomVersion", on_delete=models.PROTECT, null=True, blank=True)
    route = _checked("strategies.RouteVersion", on_delete=models.PROTECT, null=True, blank=True)
    named = models.CharField(
        max_length=5, choices=Named.choices, blank=True, help_text=_("Versions that the demand asks for.")
    )
    for_demand = _checked("planning.Demand", on_delete=models.SET_NULL, null=True, blank=True)
    for_material = _checked("planning.Material", on_delete=models.SET_NULL, null=True, blank=True)
    for_proposal = _checked("self", on_delete=models.SET_NULL, null=True, blank=True)
    """The one need it is tied to; its order will be."""

    class Meta:
        ordering = ["run", "number"]
        indexes = [
            models.Index(fields=["run", "item", "due_on"], name="proposal_item_due"),
            models.Index(fields=["run", "start_on", "number"], name="proposal_start"),
            *tie_indexes("proposal", *TIES),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="proposal_number_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, good_quantity__gte=0), name="proposal_quantity"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("start_on")), name="proposal_dates"),
            at_most_one("proposal", *TIES),
        ]

    def __str__(self) -> str:
        return f"PP-{self.run_id}-{self.number}"


def _side(to: Any, *, related_name: str = "+") -> Any:
    """One end of a peg; indexed only where it is filled, because a peg has one supply and one need."""
    return models.ForeignKey(
        to,
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name=related_name,
    )


def _given(column: str) -> models.Index:
    return models.Index(fields=[column], name=f"peg_{column}", condition=Q(**{f"{column}__isnull": False}))


def _one_of(*columns: str, flag: str) -> Q:
    """Exactly one of the columns is filled, or the flag is set."""
    chosen = Q()
    for named in (*columns, flag):
        others = {f"{one}__isnull": one != named for one in columns}
        chosen |= Q(**others, **{flag: named == flag})
    return chosen


class Peg(models.Model):
    """So much of a supply covers so much of a need. Exactly one supply and one need are named."""

    run = models.ForeignKey(
        "planning.PlanRun", on_delete=models.CASCADE, related_name="pegs", db_constraint=False, db_index=False
    )
    quantity = QuantityField(help_text=_("In the unit of the item pegged."))
    item = _checked("strategies.Item", on_delete=models.PROTECT)
    supply_proposal = _side(Proposal, related_name="covers")
    supply_order = _side("planning.ProductionOrder")
    supply_replenishment = _side("planning.ReplenishmentOrder")
    supply_stock = models.BooleanField(default=False)
    need_demand = _side("planning.Demand")
    need_proposal = _side(Proposal, related_name="needs")
    need_material = _side("planning.Material")
    need_safety = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["run", "item"], name="peg_run_item"),
            _given("supply_proposal"),
            _given("supply_order"),
            _given("supply_replenishment"),
            _given("need_demand"),
            _given("need_proposal"),
            _given("need_material"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="peg_quantity"),
            models.CheckConstraint(
                condition=_one_of(
                    "supply_proposal", "supply_order", "supply_replenishment", flag="supply_stock"
                ),
                name="peg_one_supply",
            ),
            models.CheckConstraint(
                condition=_one_of("need_demand", "need_proposal", "need_material", flag="need_safety"),
                name="peg_one_need",
            ),
        ]

    def __str__(self) -> str:
        return f"peg {self.pk}"


class Message(models.Model):
    """What the planner should do or know; `code` and `facts` are put into words at the edge."""

    class Level(models.TextChoices):
        ACTION = "action", _("Action")
        WARNING = "warning", _("Warning")
        PROBLEM = "problem", _("Problem")

    run = models.ForeignKey("planning.PlanRun", on_delete=models.CASCADE, related_name="messages")
    level = models.CharField(max_length=8, choices=Level.choices)
    code = models.CharField(max_length=40)
    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, null=True, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, null=True, related_name="messages")
    demand = models.ForeignKey("planning.Demand", on_delete=models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["run", "id"]

    def __str__(self) -> str:
        return self.code
