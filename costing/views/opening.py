"""Open a cost version and put in what it is reckoned from."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from costing.forms import PricesForm, RatesForm, VersionForm
from costing.models import CostVersion
from costing.services.version import open_version, set_prices, set_rates
from p2p.core.access import Role, require
from p2p.core.fields import plain
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who

ACCOUNTANT = (Role.COST_ACCOUNTANT,)


class NewVersion(ActionForm):
    """A pending version of a site, empty or with the prices and rates of another one."""

    form_class, section, roles = VersionForm, "costing", ACCOUNTANT
    title, submit = _("New cost version"), _("Open version")
    text = _("It changes nothing until it is rolled up and activated.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def act(self, form: Any) -> Any:
        require(self.request.user, *self.roles, site=form.cleaned_data["site"].code)
        version = open_version(**form.cleaned_data, by=who(self.request))
        return reverse("costing:version", args=[version.code])

    def said(self, result: Any) -> Any:
        return _("Open: enter prices and rates, then roll it up.")


class _OfVersion(ActionForm):
    model, lookup, section, roles = CostVersion, "pk", "costing", ACCOUNTANT
    submit = _("Save")

    def page(self, tab: str) -> str:
        return f"{reverse('costing:version', args=[self.record.code])}?tab={tab}"


class EnterPrices(_OfVersion):
    form_class, title = PricesForm, _("Enter prices")
    text = _("Prices of items that are not named stay as they are. Cells of a spreadsheet can be pasted.")

    def act(self, form: Any) -> Any:
        prices = form.cleaned_data["prices"]
        self.count = set_prices(version=self.record, prices=prices, by=who(self.request))
        return self.page("prices")

    def said(self, result: Any) -> Any:
        return ngettext("{count} price saved.", "{count} prices saved.", self.count).format(count=self.count)


class EnterRates(_OfVersion):
    form_class, title = RatesForm, _("Enter rates")
    text = _("These lines are all the rates of the version: one that is taken out is gone.")

    def initial(self) -> dict[str, Any]:
        rows = self.record.rates.select_related("category", "element", "base").order_by("pk")
        return {"rates": "\n".join(_line(row) for row in rows)}

    def act(self, form: Any) -> Any:
        hourly, pieces, surcharges = form.cleaned_data["rates"]
        set_rates(
            version=self.record, hourly=hourly, pieces=pieces, surcharges=surcharges, by=who(self.request)
        )
        return self.page("rates")

    def said(self, result: Any) -> Any:
        return _("Rates saved.")


def _line(rate: Any) -> str:
    if rate.category:
        rated = rate.per_hour if rate.per_piece is None else rate.per_piece
        return f"{rate.category.code} {rate.element.code} {plain(rated)}"
    return f"on {rate.base.code} {rate.element.code} {plain(rate.surcharge_fraction * 100)}%"
