"""The forms of resources, people, abilities and change-overs: one service each."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import access, sites
from p2p.core.access import Role
from p2p.core.web.page import who
from strategies.forms import masters
from strategies.forms import work as forms
from strategies.forms.calendars import CalendarForm
from strategies.models import (
    Calendar,
    Capability,
    Characteristic,
    CostCategory,
    Currency,
    ExchangeRate,
    ItemGroup,
    Location,
    NumberSeries,
    ProductionUnit,
    ReasonCode,
    Resource,
    ResourceCalendar,
    ResourceCapability,
    ResourceGroup,
    ResourceMembership,
    SetupFamily,
    SetupMatrix,
    Site,
    Skill,
    Worker,
    WorkerSkill,
)
from strategies.services import (
    calendars,
    capabilities,
    characteristics,
    itemgroups,
    locations,
    money,
    numbering,
    people,
    reasons,
    resources,
    setups,
)
from strategies.services.sites import save_site
from strategies.services.usual_places import make_usual_places
from strategies.views.saving import DeleteForm, SaveForm

FORMS: dict[str, tuple[Any, Any, Any, str, Any]] = {
    "site": (Site, forms.SiteForm, save_site, "sites", _("New site")),
    "location": (Location, forms.LocationForm, locations.save_location, "locations", _("New location")),
    "production-unit": (
        ProductionUnit,
        forms.UnitOfPlantForm,
        resources.save_unit,
        "production-units",
        _("New production unit"),
    ),
    "work-centre": (
        ResourceGroup,
        forms.GroupForm,
        resources.save_group,
        "work-centres",
        _("New work centre"),
    ),
    "resource": (Resource, forms.ResourceForm, resources.save_resource, "resources", _("New resource")),
    "stay": (
        ResourceMembership,
        forms.MembershipForm,
        resources.save_membership,
        "stays",
        _("New stay in another work centre"),
    ),
    "dated-calendar": (
        ResourceCalendar,
        forms.DatedCalendarForm,
        resources.save_dated_calendar,
        "dated-calendars",
        _("Another calendar for a time"),
    ),
    "worker": (Worker, forms.WorkerForm, people.save_worker, "workers", _("New worker")),
    "skill": (Skill, forms.SkillForm, people.save_skill, "skills", _("New skill")),
    "worker-skill": (
        WorkerSkill,
        forms.WorkerSkillForm,
        people.save_worker_skill,
        "worker-skills",
        _("Add a skill"),
    ),
    "capability": (
        Capability,
        forms.CapabilityForm,
        capabilities.save_capability,
        "capabilities",
        _("New capability"),
    ),
    "ability": (
        ResourceCapability,
        forms.AbilityForm,
        capabilities.save_resource_capability,
        "abilities",
        _("Add a capability"),
    ),
    "family": (SetupFamily, forms.FamilyForm, setups.save_family, "setup-families", _("New setup family")),
    "matrix": (SetupMatrix, forms.MatrixForm, setups.save_matrix, "setup-matrices", _("New setup matrix")),
    "category": (
        CostCategory,
        forms.CategoryForm,
        capabilities.save_category,
        "cost-categories",
        _("New cost category"),
    ),
    "characteristic": (
        Characteristic,
        masters.CharacteristicForm,
        characteristics.save_characteristic,
        "characteristics",
        _("New characteristic"),
    ),
    "currency": (Currency, masters.CurrencyForm, money.save_currency, "currencies", _("New currency")),
    "exchange-rate": (
        ExchangeRate,
        masters.ExchangeRateForm,
        money.save_exchange_rate,
        "exchange-rates",
        _("New exchange rate"),
    ),
    "number-series": (
        NumberSeries,
        masters.SeriesForm,
        numbering.save_number_series,
        "number-series",
        _("New number series"),
    ),
    "item-group": (
        ItemGroup,
        masters.ItemGroupForm,
        itemgroups.save_item_group,
        "item-groups",
        _("New item group"),
    ),
    "reason": (ReasonCode, masters.ReasonForm, reasons.save_reason, "reasons", _("New reason code")),
    "calendar": (Calendar, CalendarForm, calendars.save_calendar, "calendars", _("New calendar")),
}
"""Address -> model, form, service, list it belongs to, title while it is new."""
KEEPERS = {
    "location": (Role.ENGINEER, Role.SUPERVISOR),
    "characteristic": (Role.ENGINEER, Role.INSPECTOR),
    "exchange-rate": (Role.ENGINEER, Role.BUYER, Role.COST_ACCOUNTANT),
    "reason": (Role.ENGINEER, Role.SUPERVISOR),
}
"""Who may write, where it is not the engineer alone: supervisors lay out their store, inspectors say what they read."""


class SiteForm(SaveForm):
    """A new site is nobody's yet: it takes a role without a limit. With it come the places that every site needs."""

    @property
    def text(self) -> Any:  # type: ignore[override]
        return (
            "" if self.record else _("The usual places come with it: change or delete them under Locations.")
        )

    def act(self, form: Any) -> Any:
        with transaction.atomic():
            to = super().act(form)
            if self.record is None:
                make_usual_places(
                    site=Site.objects.get(code=form.cleaned_data["code"].strip()), by=who(self.request)
                )
        return to

    def admit(self) -> None:
        super().admit()
        code = self.record.code if self.record else sites.EVERYWHERE
        access.require(self.request.user, *self.roles, site=code)


BASES: dict[str, type[SaveForm]] = {"site": SiteForm}


def _made(name: str) -> type[SaveForm]:
    model, form, service, list_url, title = FORMS[name]
    columns = {
        "__doc__": str(model.__doc__),
        "form_class": form,
        "service": staticmethod(service),
        "argument": model._meta.model_name,
        "list_url": f"strategies:{list_url}",
        "title": title,
        **({"roles": KEEPERS[name]} if name in KEEPERS else {}),
    }
    return type(f"{model.__name__}Save", (BASES.get(name, SaveForm),), columns)


SAVES: dict[str, type[SaveForm]] = {name: _made(name) for name in FORMS}
EDITS: dict[str, type[SaveForm]] = {
    name: type(f"Edit{view.__name__}", (view,), {"model": FORMS[name][0]}) for name, view in SAVES.items()
}
DELETES: dict[str, type[DeleteForm]] = {
    name: type(
        f"Delete{FORMS[name][0].__name__}",
        (DeleteForm,),
        {
            "model": FORMS[name][0],
            "service": staticmethod(service),
            "argument": FORMS[name][0]._meta.model_name,
            "list_url": f"strategies:{FORMS[name][3]}",
            **({"roles": KEEPERS[name]} if name in KEEPERS else {}),
        },
    )
    for name, service in {
        "location": locations.delete_location,
        "work-centre": resources.delete_group,
        "resource": resources.delete_resource,
        "worker": people.delete_worker,
        "matrix": setups.delete_matrix,
        "calendar": calendars.delete_calendar,
        "characteristic": characteristics.delete_characteristic,
        "currency": money.delete_currency,
        "exchange-rate": money.delete_exchange_rate,
        "item-group": itemgroups.delete_item_group,
        "reason": reasons.delete_reason,
    }.items()
}
