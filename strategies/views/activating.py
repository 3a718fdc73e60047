"""The dialog that brings a version into use: it says what that ends before, and what it ended after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from strategies import forms
from strategies.services.versions import activate, in_its_place


class ActivateForm(ActionForm):
    """Of a bill or a route."""

    section, roles, lookup = "strategies", (Role.ENGINEER,), "pk"
    form_class, title, submit = forms.ActivateForm, _("Activate"), _("Activate")

    @property
    def text(self) -> str:  # type: ignore[override]
        """What will happen, the versions in its way by name."""
        first = now("Planning and new orders use this version from its first day on.")
        return " ".join([first, *_will(in_its_place(self.record))])

    def form_kwargs(self) -> dict[str, Any]:
        return {"gives_way": bool(in_its_place(self.record))}

    def act(self, form: Any) -> Any:
        replace = form.cleaned_data.get("replace", False)
        self.ended = in_its_place(self.record) if replace else []
        return activate(version=self.record, replace=replace, by=who(self.request))

    def said(self, result: Any) -> Any:
        return " ".join([now("{version} is active.").format(version=result), *_done(self.ended)])


def _will(others: Iterable[tuple[Any, date | None]]) -> list[str]:
    return [
        now("{other} then ends on {day}.").format(other=other, day=formats.day(last))
        if last
        else now("{other} is retired: no day is left for it.").format(other=other)
        for other, last in others
    ]


def _done(others: Iterable[tuple[Any, date | None]]) -> list[str]:
    return [
        now("{other} ends on {day}.").format(other=other, day=formats.day(last))
        if last
        else now("{other} was retired.").format(other=other)
        for other, last in others
    ]
