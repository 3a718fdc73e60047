"""What a plan run proposes, for which need, and what it warns of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField
from p2p.core.flow import Flow

PROPOSAL_FLOW = Flow(
    "state",
    approve=({"proposed"}, "approved"),
    firm=({"proposed", "approved"}, "firmed"),
    dismiss=({"proposed", "approved"}, "dismissed"),
    restore=({"dismissed", "approved"}, "proposed"),
    unfirm=({"firmed"}, "proposed"),
)


class Proposal(models.Model):
    class Kind(models.TextChoices):
        MAKE = "make", _("Make")
        BUY = "buy", _("Buy")
        TRANSFER = "transfer", _("Transfer")
        SUBCONTRACT = "subcontract", _("Subcontract")

    class Need(models.TextChoices):
        INDEPENDENT = "independent", _("Independent")
        DEPENDENT = "dependent", _("Dependent")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        FIRMED = "firmed", _("Firmed")
        DISMISSED = "dismissed", _("Dismissed")

    run = models.ForeignKey("planning.PlanRun", on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveIntegerField(help_text=_("Counts from 1 within the run."))
    kind = models.CharField(max_length=12, choices=Kind.choices)
    need = models.CharField(max_length=12, choices=Need.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    start_on = models.DateField()
    due_on = models.DateField()
    level = models.PositiveSmallIntegerField(default=0, help_text=_("Low-level code of the item."))
    vendor = models.ForeignKey("strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    bom = models.ForeignKey("strategies.BomVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    route = models.ForeignKey(
        "strategies.RouteVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["run", "number"]
        indexes = [models.Index(fields=["run", "item", "due_on"], name="proposal_item_due")]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="proposal_number_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="proposal_quantity"),
        ]

    def __str__(self) -> str:
        return f"PP-{self.run_id}-{self.number}"


class Peg(models.Model):
    """So much of a supply covers so much of a need. Exactly one supply and one need are named."""

    run = models.ForeignKey("planning.PlanRun", on_delete=models.CASCADE, related_name="pegs")
    quantity = QuantityField(help_text=_("In the unit of the item pegged."))
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    supply_proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, null=True, related_name="covers")
    supply_order = models.ForeignKey("planning.ProductionOrder", on_delete=models.CASCADE, null=True, related_name="+")
    supply_replenishment = models.ForeignKey(
        "planning.ReplenishmentOrder", on_delete=models.CASCADE, null=True, related_name="+"
    )
    supply_stock = models.BooleanField(default=False)
    need_demand = models.ForeignKey("planning.Demand", on_delete=models.CASCADE, null=True, related_name="+")
    need_proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, null=True, related_name="needs")
    need_material = models.ForeignKey("planning.Material", on_delete=models.CASCADE, null=True, related_name="+")
    need_safety = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="peg_quantity")]

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
