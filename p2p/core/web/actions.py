"""ActionForm: a form that calls one service; and the button that needs no form."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from p2p.core import access, places, sites
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.rest.annex import record_at
from p2p.core.rest.permissions import sites_in
from p2p.core.web.page import Page, back, done, in_dialog, is_fragment, sentence, who


class ActionForm(Page):
    """Declare form_class, title, submit; implement `act(form) -> where to go`.

    `act` calls one service. `Refused` becomes a sentence over the form, or under the field it names.
    Opened by a link with `data-dialog` it appears in a dialog; without scripts it is a page of its own.
    """

    form_class: ClassVar[type[forms.Form]]
    model: ClassVar[type[Model] | None] = None
    lookup: str = "number"
    submit: Any = ""
    danger: bool = False
    template_name = "core/form.html"
    text: Any = ""
    """A line over the fields: what will happen."""
    also: str = ""
    """A template of what is asked below the fields."""

    def act(self, form: Any) -> Any:
        """Call the service with the cleaned values; return a URL, a record or a response."""
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        return {}

    def form_kwargs(self) -> dict[str, Any]:
        return {}

    def said(self, result: Any) -> Any:
        """The toast after success."""
        return ""

    def undo(self, result: Any) -> str:
        """A URL that takes it back when posted to: the toast then stays and offers Undo."""
        return ""

    def heading(self) -> Any:
        return self.title

    @cached_property
    def record(self) -> Any:
        """The record the URL names, None for forms that make a new one."""
        if self.model is None:
            return None
        field = self.lookup if self.lookup in self.kwargs else "pk"
        return get_object_or_404(self.model._default_manager.all(), **{field: self.kwargs[field]})

    @cached_property
    def ticked(self) -> list[int]:
        """Primary keys of a bulk action, from `?ids=`."""
        given = self.request.GET.get("ids", "").split(",")
        return [key for each in given if (key := whole(each)) is not None]

    def admit(self) -> None:
        """The role must be held where the record is: a planner of one site does not plan another."""
        if self.record is not None:
            sites.require_at_record(self.request.user, self.held_at(), *self.roles)

    def held_at(self) -> Any:
        """The record where the role must be held: the one the URL names, unless a form knows better."""
        return self.record

    def check_given(self, form: Any) -> None:
        """And at the sites of the records that were named in the form."""
        for code in sorted(sites_in(form.cleaned_data.values())):
            access.require(self.request.user, *self.roles, site=code)
        for name, field in form.fields.items():
            if getattr(field, "empty_is_everywhere", False) and form.cleaned_data.get(name) is None:
                self.ask_everywhere(name)

    def ask_everywhere(self, field: str) -> None:
        """What is for all sites takes a role without a limit; the field says so, since a site may be chosen there."""
        try:
            access.require(self.request.user, *self.roles, site=sites.EVERYWHERE)
        except PermissionDenied as no:
            raise Refused(str(no), code="all_sites", field=field) from no

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        start = {**self.initial(), **{key: value for key, value in request.GET.items() if key != "ids"}}
        return self.draw(self.form_class(initial=start, **self.form_kwargs()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.form_class(request.POST, request.FILES, **self.form_kwargs())
        if not form.is_valid():
            return self.draw(form, status=422)
        try:
            self.check_given(form)
            result = self.act(form)
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
            return self.draw(form, status=409)
        if isinstance(result, HttpResponseBase):
            return result
        to = result if isinstance(result, str) else self._page_of(result)
        return done(request, to=to, text=self.said(result), undo=self.undo(result))

    def _page_of(self, result: Any) -> str:
        if hasattr(result, "get_absolute_url"):
            return str(result.get_absolute_url())
        if self.record is not None and hasattr(self.record, "get_absolute_url"):
            return str(self.record.get_absolute_url())
        return back(self.request)

    def draw(self, form: forms.Form, status: int = 200) -> HttpResponse:
        template = "core/form_dialog.html" if in_dialog(self.request) else self.template_name
        context = {"page": self, "form": form, "record": self.record, "action": self.request.get_full_path()}
        return render(self.request, template, context, status=status)


class Act(Page):
    """Posts of buttons without a form: the verb's own service, called with the record and the person."""

    def post(self, request: HttpRequest, slot: str, key: str, pk: int) -> HttpResponseBase:
        verb = places.find_verb(slot, key)
        if verb is None or verb.service is None or verb.model is None:
            raise Http404
        record = record_at(request.user, verb.model._meta.label, pk)
        if verb.roles:
            access.require(request.user, *verb.roles)
            sites.require_at_record(request.user, verb.at(record) if verb.at else record, *verb.roles)
        to = back(request, getattr(record, "get_absolute_url", lambda: "/")())
        try:
            _must_be_offered(verb, record)
            made = verb.service(**{verb.argument: record}, by=who(request))
        except Refused as no:
            if is_fragment(request):
                return sentence(no, 409)
            messages.error(request, str(no))
            return done(request, to=to)
        if type(made) is type(record) and made.pk != record.pk and hasattr(made, "get_absolute_url"):
            to = made.get_absolute_url()  # what the button made stands on a page of its own
        return done(request, to=to, text=_("{verb}: {record}").format(verb=verb.title, record=record))


def _must_be_offered(verb: places.Verb, record: Model) -> None:
    """A button that the page of the record as it is now would not show cannot be pressed from an older one either."""
    if verb.when is not None and not verb.when(record):
        raise Refused(
            _("{verb} is not offered for {record} any more: look at its page again."),
            code="not_offered",
            verb=verb.title,
            record=record,
        )
