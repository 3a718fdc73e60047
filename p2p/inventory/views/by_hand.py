"""Stock booked without an order: one page with a clear choice of what is done, ready for the next line at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.once import first_time
from p2p.core.web.page import Page, in_dialog, who
from p2p.inventory import selectors
from p2p.inventory.forms.by_hand import ByHandForm
from p2p.inventory.services.by_hand import Act, book_by_hand

BOOKERS = (Role.SUPERVISOR, Role.OPERATOR)
ICONS = {
    Act.RECEIPT: "transfer-in",
    Act.ISSUE: "transfer-out",
    Act.RETURN: "truck-delivery",
    Act.SCRAP: "trash",
    Act.MORE: "plus",
    Act.LESS: "minus",
    Act.TRANSFER: "arrow-big-right-lines",
}
TEXTS = {
    Act.RECEIPT: _("Goods that nobody ordered here. Goods of an order are received under Expected."),
    Act.ISSUE: _("For a cost place or a reason, not for a production order."),
    Act.RETURN: _("Goods go back to who sold them."),
    Act.SCRAP: _("Gone for good; held and expired stock may be scrapped."),
    Act.MORE: _("More lies there than the books say."),
    Act.LESS: _("Less lies there than the books say."),
    Act.TRANSFER: _("From a place to another of the same site."),
}
SHOWN = 10


class Start(Page):
    """The page with the first choice."""

    roles = BOOKERS

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("inventory:book", Act.RECEIPT.value)


class Book(ActionForm):
    section, form_class, roles = "inventory", ByHandForm, BOOKERS
    title, submit = _("Book stock"), _("Book")
    template_name = "inventory/book.html"

    @property
    def chosen(self) -> Act:
        return Act(self.kwargs["act"])

    @property
    def key(self) -> str:
        """One for each form that is drawn: sent twice it books once."""
        typed: str = self.request.POST.get("key", "")
        return typed or uuid4().hex

    @property
    def text(self) -> Any:  # type: ignore[override]
        return TEXTS[self.chosen]

    def heading(self) -> Any:
        return self.chosen.label if in_dialog(self.request) else self.title

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["act"] not in Act.values:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_kwargs(self) -> dict[str, Any]:
        return {"act": self.kwargs["act"], "user": self.request.user, "roles": BOOKERS}

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        with transaction.atomic():
            self.booked = first_time(self.request)
            if self.booked:
                book_by_hand(
                    act=self.kwargs["act"],
                    lines=[form.line()],
                    reason=given.get("reason"),
                    reference=given["reference"],
                    by=who(self.request),
                )
        names = {"site": given["site"].code, "place": given["place"].code, "reference": given["reference"]}
        kept = {name: value for name, value in names.items() if value}
        return f"{reverse('inventory:book', args=[self.kwargs['act']])}?{urlencode(kept)}"

    def said(self, result: Any) -> Any:
        if not self.booked:
            return _now("This was booked before; it counts once.")
        form: Any = self.form_class(self.request.POST, **self.form_kwargs())
        form.is_valid()
        given = form.cleaned_data
        return _now("{act}: {quantity} {unit} of {item}.").format(
            act=self.chosen.label,
            quantity=formats.number(given["quantity"]),
            unit=given["item"].unit.code,
            item=given["item"].number,
        )

    def draw(self, form: Any, status: int = 200) -> HttpResponse:
        if in_dialog(self.request):
            return super().draw(form, status)
        mine = selectors.moves().filter(by=who(self.request)).order_by("-pk")[:SHOWN]
        context = {
            "page": self,
            "form": form,
            "record": None,
            "action": self.request.path,
            "acts": [
                (act.value, act.label, ICONS[act], reverse("inventory:book", args=[act.value])) for act in Act
            ],
            "mine": mine,
        }
        return render(self.request, self.template_name, context, status=status)
