"""Cost versions: their rates and prices, roll-up and activation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costing.models import (
    CostRate,
    CostVersion,
    ItemPrice,
    RollupRun,
    RollupWarning,
)
from costing.services.rollup import roll
from costing.services.version import activate
from costing.words import warning_words
from p2p.core.access import MONEY_ROLES, Role, at_sites
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.core.web.runs import run_url

ACCOUNTANT = (Role.COST_ACCOUNTANT,)


class Versions(ListPage):
    """Every cost version."""

    model = CostVersion
    title, section, slot, roles = _("Cost versions"), "costing", "costversions", MONEY_ROLES
    search = ("code", "name")
    order = ("-valid_from", "code")
    columns = (
        Column("code", _("Version"), link=True, width=140),
        Column("name", _("Name")),
        Column("state", _("State"), kind="state"),
        Column("kind", _("Kind"), value=lambda version: version.get_kind_display(), width=104),
        Column("site.code", _("Site"), width=104),
        Column("valid_from", _("From"), kind="date"),
        Column("activated_at", _("Activated"), kind="time"),
    )
    empty_title = _("No cost version yet")
    empty_text = _(
        "A version holds prices and rates; rolled up and activated it is the standard of its site."
    )

    def rows(self) -> QuerySet[Any]:
        return at_sites(CostVersion.objects.select_related("site"), self.request.user)

    def record_url(self, record: Any) -> str:
        return reverse("costing:version", args=[record.code])


class VersionPage(RecordPage):
    """A version: its rates, what the last roll-up could not know, its prices."""

    model, lookup, slot, section, roles = CostVersion, "code", "costversion", "costing", MONEY_ROLES
    list_url, list_title = "costing:versions", _("Cost versions")

    def rows(self) -> QuerySet[Any]:
        return at_sites(CostVersion.objects.select_related("site__currency"), self.request.user)

    def heading(self) -> str:
        return str(self.record.code)

    def subtitle(self) -> Any:
        return self.record.name

    def facts(self) -> list[Said]:
        return [
            Said(_("Site"), self.record.site.name),
            Said(_("Currency"), self.record.site.currency.code),
            Said(_("From"), formats.day(self.record.valid_from)),
            Said(_("Prices"), formats.number(self.record.prices.count())),
            Said(_("Costed items"), formats.number(self.record.costs.values("item").distinct().count())),
        ]

    def tabs(self) -> list[RecordTab]:
        return [
            RecordTab("rates", _("Rates"), "costing/version_rates.html"),
            RecordTab(
                "warnings", _("Warnings"), "costing/version_warnings.html", count=len(self._warnings())
            ),
            RecordTab("prices", _("Prices"), "costing/version_prices.html"),
        ]

    def _warnings(self) -> list[tuple[RollupWarning, str]]:
        run = RollupRun.objects.filter(version=self.record, state="done").order_by("-pk").first()
        if run is None:
            return []
        said = RollupWarning.objects.filter(run=run).exclude(code__in=RollupWarning.NOTES)
        rows = said.select_related("item").order_by("code", "item__number")
        return [(row, warning_words(row)) for row in rows]

    def extra(self) -> dict[str, Any]:
        rates = CostRate.objects.filter(version=self.record).select_related("element", "category", "base")
        prices = (
            ItemPrice.objects.filter(version=self.record)
            .select_related("item__unit")
            .order_by("item__number")
        )
        return {"rates": rates, "prices": prices[:500], "warnings": self._warnings()}


class RollUp(ActionForm):
    """Start a roll-up of a pending version."""

    model, lookup, form_class = CostVersion, "pk", forms.Form
    title, submit, roles, section = _("Roll up costs"), _("Roll up"), ACCOUNTANT, "costing"
    text = _("All standard costs of the version are calculated anew from its prices, rates, BOMs and routes.")

    def act(self, form: forms.Form) -> Any:
        return run_url(roll(version=self.record, by=who(self.request)))


class Activate(ActionForm):
    """Make a version the standard of its site."""

    model, lookup, form_class = CostVersion, "pk", forms.Form
    title, submit, roles, section = _("Activate version"), _("Activate"), ACCOUNTANT, "costing"
    text = _("Every posting from now on is valued at this version; the one before is retired.")

    def act(self, form: forms.Form) -> Any:
        version = activate(version=self.record, by=who(self.request))
        return reverse("costing:version", args=[version.code])

    def said(self, result: Any) -> Any:
        return _("{version} is the standard now.").format(version=self.record.code)
