"""A transfer raised by hand: the form, what there is of the item, and the paper it is picked with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, in_dialog, who
from planning import selectors, shipforms
from planning.services.by_hand import RAISERS, raise_transfer
from strategies.models import Item, Site


class TransferNew(ActionForm):
    """`?item=` proposes where it comes from: the place with the most of it; the address may name the item, too."""

    section, roles = "planning", RAISERS
    form_class = shipforms.TransferForm
    title, submit = _("New transfer"), _("Order")
    text = _("Goods are shipped at the first place and received at the second, of this site or of another.")
    template_name = "planning/transfer.html"
    leaves = False
    """Whether the person's own site is the one that sends."""

    def admit(self) -> None:
        """At which of the two sites the role is held is asked when they are named."""

    def check_given(self, form: Any) -> None:
        """One of the two sites is enough: the service asks."""

    def _item(self) -> Item | None:
        rows = Item.objects.filter(active=True)
        if "pk" in self.kwargs:
            return get_object_or_404(rows, pk=self.kwargs["pk"])
        return rows.filter(number__iexact=self.request.GET.get("item", "")).first()

    def initial(self) -> dict[str, Any]:
        item, mine = self._item(), self._mine()
        start: dict[str, Any] = {"due_on": clock.today(mine[0].time_zone if mine else ""), **self._ends(mine)}
        if item is None:
            return start
        start["item"] = item.number
        there = [one for one in selectors.there_is(item) if one.free > 0]
        if self.leaves and mine:
            there.sort(key=lambda one: one.place.site != mine[0])
        if there:
            best = there[0].place
            start |= {"from_site": best.site.code, "source": best.code}
            others = [site.code for site in mine if site != best.site]
            start["site"] = others[0] if others else self._other_than([best.site], best.site.code)
        return start

    def _mine(self) -> list[Site]:
        """Sites at which this person may raise a transfer, his own first."""
        user = who(self.request)
        rows = at_sites(Site.objects.filter(active=True).order_by("code"), user, *RAISERS, path="code")
        return sorted(rows, key=lambda site: site.code != user.default_scope)

    def _ends(self, mine: Sequence[Site]) -> dict[str, Any]:
        own = mine[0].code if mine else None
        other = self._other_than(mine[:1], own)
        return {"from_site": own, "site": other} if self.leaves else {"from_site": other, "site": own}

    def _other_than(self, sites: Sequence[Site], otherwise: str | None) -> str | None:
        """The first site that is none of these, for the other end of the way."""
        rows = Site.objects.filter(active=True).exclude(pk__in=[site.pk for site in sites])
        return rows.order_by("code").values_list("code", flat=True).first() or otherwise

    def act(self, form: Any) -> Any:
        given = {name: value for name, value in form.cleaned_data.items() if name != "from_site"}
        self.made = raise_transfer(**given, by=who(self.request))
        return reverse("planning:replenishment", args=[self.made.number])

    def said(self, result: Any) -> Any:
        words = _now("{order}: {quantity} {unit} of {item} go from {source} to {site}.")
        made = self.made
        return words.format(
            order=made.number,
            quantity=formats.number(made.quantity),
            unit=made.item.unit.code,
            item=made.item.number,
            source=made.from_location,
            site=made.site.code,
        )

    def draw(self, form: Any, status: int = 200) -> HttpResponse:
        template = "planning/transfer_dialog.html" if in_dialog(self.request) else self.template_name
        context = {"page": self, "form": form, "record": None, "action": self.request.get_full_path()}
        return render(self.request, template, context, status=status)


class TransferOut(TransferNew):
    """Whoever looks at what is to be shipped sends from his own site: the stock there is what he ships."""

    leaves = True


class ThereIs(Page):
    """What there is of the item that was typed, place by place: a fragment of the form."""

    roles = RAISERS

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Item.objects.filter(active=True).select_related("unit")
        item = rows.filter(number__iexact=request.GET.get("item", "").strip()).first()
        there = selectors.there_is(item) if item is not None else []
        return render(request, "planning/transfer_there.html", {"item": item, "there": there})
