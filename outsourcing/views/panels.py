"""What outsourcing shows on pages of the areas to its left, and the forms it hangs there."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from outsourcing import forms, selectors
from outsourcing.models import SubcontractOrder
from outsourcing.services.order import draft
from p2p.core.access import MONEY_ROLES, Role, may
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, stay, who
from planning.models import Operation, ProductionOrder
from planning.services import outside

DECIDES = (Role.PLANNER, Role.BUYER)


class OrderOutside(Page):
    """What vendors do for one production order."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(ProductionOrder, pk=pk)
        operations = (
            Operation.objects.filter(order=order, outside=True).select_related("vendor").order_by("number")
        )
        return render(
            request,
            "outsourcing/order_panel.html",
            {
                "order": order,
                "lines": selectors.lines().filter(operation__order=order).order_by("operation__number"),
                "operations": list(operations),
                "sees_money": may(request.user, *MONEY_ROLES),
            },
        )


class _OfOperation(ActionForm):
    section, roles = "outsourcing", DECIDES

    @cached_property
    def record(self) -> Any:
        rows = Operation.objects.select_related("order__item", "vendor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class SendOut(_OfOperation):
    title, submit = _("Send the operation out"), _("Send out")
    form_class = forms.SendOutForm
    text = _("The vendor does this operation. A draft order with the lowest price is written at once.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"vendors": selectors.candidates(self.record)}

    def act(self, form: Any) -> Any:
        outside.send_out(operation=self.record, vendor=form.cleaned_data["vendor"], by=who(self.request))
        return stay(
            text=_("{operation} goes to {vendor}.").format(
                operation=self.record, vendor=form.cleaned_data["vendor"]
            )
        )


class BringBack(_OfOperation):
    title, submit = _("Do the operation in house"), _("Bring back")
    form_class = forms.NothingForm
    text = _("It leaves its subcontract order, which is cancelled when nothing else is on it.")

    def act(self, form: Any) -> Any:
        outside.bring_back(operation=self.record, by=who(self.request))
        return stay(text=_("{operation} is done in house again.").format(operation=self.record))


class DraftOrder(_OfOperation):
    """From the workbench: order what nobody has ordered."""

    title, submit = _("Order the work"), _("Write draft")
    roles = (Role.BUYER,)
    form_class = forms.SendOutForm

    def form_kwargs(self) -> dict[str, Any]:
        return {"vendors": selectors.candidates(self.record)}

    def initial(self) -> dict[str, Any]:
        return {"vendor": self.record.vendor_id}

    def act(self, form: Any) -> Any:
        vendor, by = form.cleaned_data["vendor"], who(self.request)
        if self.record.vendor_id != vendor.pk:
            outside.send_out(operation=self.record, vendor=vendor, by=by)
        else:
            draft(operations=[self.record], by=by)
        return SubcontractOrder.objects.get(lines__operation=self.record, lines__cancelled=False)
