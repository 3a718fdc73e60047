"""Forms that write one record of the plant through its service, and deleting from a list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core import access
from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.rest.permissions import sites_in
from p2p.core.web.actions import ActionForm
from p2p.core.web.lists import Bulk
from p2p.core.web.page import opened_on, who
from strategies.forms.common import NothingForm

ENGINEER = (Role.ENGINEER,)


class SaveForm(ActionForm):
    """A new record, or with a key in the address a change of one: the form has the fields of `service`.

    argument: what the service calls the record. A record without a page of its own
    leads back to the page on which the form was opened, else to `list_url`.
    """

    lookup, section, roles = "pk", "strategies", ENGINEER
    submit = gettext_lazy("Save")
    service: ClassVar[Callable[..., Any]]
    argument: ClassVar[str]
    list_url: ClassVar[str]

    def heading(self) -> Any:
        return self.title if self.record is None else _("Change {record}").format(record=self.record)

    def initial(self) -> dict[str, Any]:
        """What the record has; numbers without zeros behind the last digit."""
        if self.record is None:
            return {}
        values = {name: getattr(self.record, name) for name in self.form_class.base_fields}
        return {name: plain(value) if isinstance(value, Decimal) else value for name, value in values.items()}

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        for code in sorted(sites_in([*given.values(), *([self.record] if self.record else [])])):
            access.require(self.request.user, *self.roles, site=code)
        if self.record is not None:
            given[self.argument] = self.record
        saved = type(self).service(**given, by=who(self.request))
        if hasattr(saved, "get_absolute_url"):
            return saved
        return opened_on(self.request) or reverse(self.list_url)

    def said(self, result: Any) -> Any:
        return _("Saved.")


def deleting(service: Callable[..., Any], argument: str, roles: tuple[str, ...] = ENGINEER) -> Bulk:
    """The bulk verb that deletes ticked rows, all or none; the first that is needed elsewhere is named."""

    def act(*, records: QuerySet[Any], by: User) -> str:
        with transaction.atomic():
            rows = list(records.order_by("pk"))
            for row in rows:
                service(**{argument: row}, by=by)
        return _("Deleted: {count}.").format(count=len(rows))

    return Bulk(
        "delete",
        gettext_lazy("Delete"),
        act=act,
        roles=roles,
        icon="trash",
        danger=True,
        confirm=gettext_lazy("What is used elsewhere stays; then nothing is deleted."),
    )


def changing(name: str, roles: tuple[str, ...] = ENGINEER) -> Bulk:
    """The bulk verb that opens the form of several rows."""
    return Bulk(
        "change", gettext_lazy("Change"), url_name=f"strategies:change-many-{name}", roles=roles, icon="edit"
    )


class DeleteForm(ActionForm):
    """Asks once, deletes through `service`, goes to the list."""

    lookup, section, roles, form_class = "pk", "strategies", ENGINEER, NothingForm
    submit, danger = gettext_lazy("Delete"), True
    text = gettext_lazy("It is gone for good. What is used elsewhere stays.")
    service: ClassVar[Callable[..., Any]]
    argument: ClassVar[str]
    list_url: ClassVar[str]

    def heading(self) -> Any:
        return _("Delete {record}").format(record=self.record)

    def act(self, form: Any) -> Any:
        for code in sorted(sites_in([self.record])):
            access.require(self.request.user, *self.roles, site=code)
        type(self).service(**{self.argument: self.record}, by=who(self.request))
        return reverse(self.list_url)

    def said(self, result: Any) -> Any:
        return _("Deleted.")
