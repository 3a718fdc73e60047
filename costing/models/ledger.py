"""The cost ledger: entries whose postings sum to zero, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import AmountField, QuantityField
from p2p.core.flow import Flow

PERIOD_FLOW = Flow("state", close=({"open"}, "closed"), reopen=({"closed"}, "open"))


class Period(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)

    class Meta:
        ordering = ["site", "-first_day"]
        constraints = [
            models.UniqueConstraint(fields=["site", "first_day"], name="period_once"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="period_days"),
        ]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One business fact in money. A deferred database trigger refuses an entry that does not balance
    (0002).
    """

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Material issued")
        SETUP = "setup", _("Setup booked")
        TIME = "time", _("Time booked")
        PIECES = "pieces", _("Pieces booked")
        OUTSIDE = "outside", _("Work done by a vendor")
        OVERHEAD = "overhead", _("Overhead")
        OUTPUT = "output", _("Output received")
        SCRAP = "scrap", _("Scrap")
        SETTLEMENT = "settlement", _("Settlement")
        RECEIPT = "receipt", _("Receipt into stock")
        STOCK = "stock", _("Other stock move")
        PRICE = "price", _("Invoice price difference")
        TRANSFER = "transfer", _("Transfer between sites")

    class Why(models.TextChoices):
        UPGRADE = "upgrade", _("Moved before transfers were valued")
        CLEARED = "cleared", _("Left over while nothing travels")

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    order = models.ForeignKey(
        "planning.ProductionOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    operation = models.ForeignKey(
        "planning.Operation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    move = models.ForeignKey(
        "inventory.Move", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reference = models.CharField(max_length=60, blank=True)
    why = models.CharField(
        max_length=10, choices=Why.choices, blank=True, default="", db_default="",
        help_text=_("What it is written for, when that is no fact of its own."),
    )  # fmt: skip
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    effective_at = models.DateTimeField()
    posted_on = models.DateField(
        help_text=_("Accounting day: the day it happened, or the first open one after.")
    )
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["order", "id"], name="entry_order"),
            models.Index(fields=["site", "posted_on"], name="entry_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Posting(models.Model):
    class Account(models.TextChoices):
        INVENTORY = "inventory", _("Inventory")
        WIP = "wip", _("Work in process")
        ABSORBED = "absorbed", _("Labour and machine absorbed")
        OVERHEAD = "overhead", _("Overhead absorbed")
        ACCRUED = "accrued", _("Accrued: received, not invoiced")
        VARIANCE = "variance", _("Variance")
        SCRAP = "scrap", _("Scrap")
        ADJUSTMENT = "adjustment", _("Stock adjustment")
        OPENING = "opening", _("Opening")
        SALES = "sales", _("Cost of sales")
        TRANSIT = "transit", _("Goods in transit")
        BETWEEN = "between", _("Between sites")
        TRANSFER = "transfer", _("Transfer variance")

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=10, choices=Account.choices)
    element = models.ForeignKey("costing.CostElement", on_delete=models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, null=True, related_name="+")
    amount = AmountField(help_text=_("Debit positive, credit negative, in the site's currency."))
    quantity = QuantityField(null=True, help_text=_("Pieces or hours behind the amount."))
    ledger_account = models.CharField(
        max_length=30, blank=True, default="", db_default="",
        help_text=_("What the general ledger calls it, where a resource says so; empty: one for all of the account."),
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["entry"], name="posting_entry")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
