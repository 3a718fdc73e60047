"""Supply that is made or bought for one need: a component line of an order, or a demand line."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategies.models import BomLine, ItemPolicy

TO_ORDER = (ItemPolicy.Strategy.ORDER, ItemPolicy.Strategy.ENGINEER)
"""Whoever needs such an item has supply of his own (decision 0016)."""
ORDERED = (*TO_ORDER, ItemPolicy.Strategy.ASSEMBLE)
"""Every line that a customer orders of such an item has."""
NEED = ("for_material__order", "for_demand")
"""What is read along where lists name the need; of proposals also `for_proposal`."""


def has_its_own(kind: str, to_order: bool) -> bool:
    """Whether a component line has supply of its own: a pegged one, or any of an item that is made to order."""
    return kind == BomLine.Kind.PEGGED or (to_order and kind != BomLine.Kind.PHANTOM)


class Tied:
    """Something that is for one need, or for everybody."""

    for_material_id: int | None
    for_demand_id: int | None

    @property
    def need_words(self) -> str:
        """`MO-000123, 20`, `SO-1/1` or `PP-4-7`: the need that it is for; "" for everybody."""
        material = getattr(self, "for_material", None)
        if material is not None:
            return f"{material.order.number}, {material.position}"
        need = getattr(self, "for_demand", None) or getattr(self, "for_proposal", None)
        return getattr(need, "reference", "") or str(need) if need is not None else ""


class MadeFor(Tied, models.Model):
    """What an order is tied to; empty for most. What it brings is reserved there, what is over is everybody's."""

    for_demand = models.ForeignKey(
        "planning.Demand",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text=_("Made or bought for this demand line alone."),
    )
    for_material = models.ForeignKey(
        "planning.Material",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text=_("Made or bought for this component line of an order alone."),
    )

    class Meta:
        abstract = True

    @property
    def made_for(self) -> Any:
        """The demand line or component line it is tied to, or None."""
        return self.for_material if self.for_material_id else self.for_demand


def tie_indexes(name: str, *columns: str) -> list[models.Index]:
    """Only the few rows that are tied are in them."""
    return [
        models.Index(fields=[column], name=f"{name}_{column}", condition=Q(**{f"{column}__isnull": False}))
        for column in columns or ("for_demand", "for_material")
    ]


def at_most_one(name: str, *columns: str) -> models.CheckConstraint:
    """A supply is tied to one need or none."""
    chosen = columns or ("for_demand", "for_material")
    allowed = Q()
    for named in chosen:
        allowed |= Q(**{f"{column}__isnull": True for column in chosen if column != named})
    return models.CheckConstraint(condition=allowed, name=f"{name}_tied_once")
