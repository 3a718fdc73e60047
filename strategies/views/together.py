"""Forms that change the ticked rows of a list, or all that its filter finds: first how many, then the change."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import sites
from p2p.core.access import Role
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.lists import ListPage
from p2p.core.web.page import opened_on, who
from strategies.forms import together as forms
from strategies.services.calendars import DayInput
from strategies.services.closing import preview_days_together, set_days_together
from strategies.services.together import Outcome, change_together, preview_together
from strategies.views import library, lists, masterlists, worklists

ENGINEER = (Role.ENGINEER,)


class Chosen(ActionForm):
    """A form on the rows of a list: the ticked ones, or everything that its filter finds (`?all=` carries it)."""

    section, submit = "strategies", _("Continue")
    list_page: ClassVar[type[ListPage]]
    list_url: ClassVar[str]

    def chosen(self) -> QuerySet[Any]:
        page, request = self.list_page(), copy(self.request)
        request.GET = QueryDict(self.request.GET.get("all", "").lstrip("?"))
        page.setup(request)
        rows = page.found if "all" in self.request.GET else page.rows().filter(pk__in=self.ticked)
        return page.model._default_manager.filter(pk__in=rows.order_by().values("pk"))

    def admit(self) -> None:
        """The role must be held at the site of each row."""
        sites.require_at(self.request.user, self.chosen(), *self.roles)

    def heading(self) -> Any:
        count = self.chosen().count()
        return _now("{list}: change {count}").format(list=self.list_page.title, count=formats.number(count))

    def back_to(self) -> str:
        return opened_on(self.request) or reverse(self.list_url)


class _Counted(Chosen):
    """Without the tick nothing is done but said how many would change."""

    outcome: Outcome

    def preview(self, form: Any) -> Outcome:
        raise NotImplementedError

    def change(self, form: Any) -> Outcome:
        raise NotImplementedError

    def act(self, form: Any) -> Any:
        if not form.cleaned_data["agreed"]:
            seen = self.preview(form)
            sentence = _("{changed} of {chosen} change.")
            raise Refused(sentence, code="preview", field="agreed", changed=seen.changed, chosen=seen.chosen)
        self.outcome = self.change(form)
        return self.back_to()

    def said(self, result: Any) -> Any:
        return _("{changed} of {chosen} changed.").format(
            changed=self.outcome.changed, chosen=self.outcome.chosen
        )


class ChangeTogether(_Counted):
    text = _("What is left empty stays as it is. All are changed, or none.")

    def preview(self, form: Any) -> Outcome:
        return preview_together(records=self.chosen(), wanted=form.wanted(), by=who(self.request))

    def change(self, form: Any) -> Outcome:
        return change_together(records=self.chosen(), wanted=form.wanted(), by=who(self.request))


class DaysTogether(_Counted):
    """Close several calendars, or open them with other hours, on the same days."""

    form_class, roles = forms.DaysTogetherForm, (Role.ENGINEER, Role.PLANNER)
    list_page, list_url = lists.Calendars, "strategies:calendars"
    text = _("What the calendars say of these days is replaced in all of them, or in none.")

    def heading(self) -> Any:
        return _now("Days that differ in {count} calendars").format(
            count=formats.number(self.chosen().count())
        )

    def preview(self, form: Any) -> Outcome:
        return preview_days_together(calendars=self.chosen(), **_days(form), by=who(self.request))

    def change(self, form: Any) -> Outcome:
        return set_days_together(calendars=self.chosen(), **_days(form), by=who(self.request))


def _days(form: Any) -> dict[str, Any]:
    said = form.cleaned_data
    entry = DayInput(
        day=said["first"],
        working=said["becomes"] == "open",
        starts=said["starts"],
        ends=said["ends"],
        efficiency=Decimal(1) if said["efficiency"] is None else said["efficiency"],
        reason=said["reason"],
    )
    return {
        "first": said["first"],
        "last": said["last"],
        "entry": None if said["becomes"] == "week" else entry,
    }


KINDS: dict[str, tuple[type[ListPage], Any, str, tuple[str, ...]]] = {
    "resource": (worklists.Resources, forms.ResourcesForm, "resources", ENGINEER),
    "work-centre": (lists.WorkCentres, forms.GroupsForm, "work-centres", ENGINEER),
    "worker": (worklists.Workers, forms.WorkersForm, "workers", ENGINEER),
    "vendor": (lists.Vendors, forms.VendorsForm, "vendors", (Role.BUYER, Role.ENGINEER)),
    "location": (lists.Locations, forms.LocationsForm, "locations", (Role.ENGINEER, Role.SUPERVISOR)),
    "reason": (masterlists.Reasons, forms.ReasonsForm, "reasons", (Role.ENGINEER, Role.SUPERVISOR)),
    "standard": (library.Library, forms.StandardsForm, "library", ENGINEER),
}
"""Address -> list, form, its address, who may."""

TOGETHER: dict[str, type[Chosen]] = {
    "days": DaysTogether,
    **{
        name: type(
            f"{page.__name__}Together",
            (ChangeTogether,),
            {
                "__doc__": f"{page.__name__}: ticked rows changed together.",
                "list_page": page,
                "list_url": f"strategies:{address}",
                "form_class": form,
                "title": page.title,
                "roles": roles,
            },
        )
        for name, (page, form, address, roles) in KINDS.items()
    },
}
