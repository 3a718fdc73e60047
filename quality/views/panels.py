"""What quality shows on pages of the areas to its left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from p2p.core.web.page import Page, sentence
from planning.models import Operation, ProductionOrder
from quality import selectors


class OrderQuality(Page):
    """The inspections and nonconformances of one production order."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(ProductionOrder, pk=pk)
        inspections = list(
            selectors.inspections().filter(operation__order=order).order_by("operation__number", "id")
        )
        said = selectors.verdicts(inspections)
        raised = selectors.nonconformances().filter(operation__order=order).order_by("id")
        return render(
            request,
            "quality/order_panel.html",
            {
                "inspections": [(each, said[each.pk]) for each in inspections],
                "raised": raised,
                "order": order,
            },
        )


class Inspect(Page):
    """From an operation to its inspection."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        operation = get_object_or_404(Operation.objects.select_related("order"), pk=pk)
        found = selectors.inspections().filter(operation=operation).order_by("state", "-id")
        one = next((each for each in found if each.state == "open"), None) or found.first()
        if one is None:
            return sentence(_("{operation} has no inspection.").format(operation=operation), 404)
        return redirect(one.get_absolute_url())
