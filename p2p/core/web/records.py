"""RecordPage: one record's head, badges, facts and tabs; the tabs of other apps come through places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import access, places
from p2p.core.models import Attachment, Comment
from p2p.core.web.page import Page, is_fragment


@dataclass(frozen=True)
class Said:
    """One entry of the facts line. tone: bad, good, warn."""

    label: Any
    value: Any
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class RecordTab:
    """A tab of the record's own app: a template drawn with the page's context."""

    key: str
    title: Any
    template: str
    count: Any = None


ANNEX: dict[str, tuple[Any, Any]] = {
    "journal": (_("History"), None),
    "talk": (_("Discussion"), Comment),
    "files": (_("Files"), Attachment),
}
"""Panels of any record: their titles, and what their tab counts."""


@dataclass(frozen=True)
class _Drawn:
    key: str
    title: Any
    count: Any
    url: str
    template: str = ""
    fragment: str = ""


class RecordPage(Page):
    """Declare model and `lookup` (the URL's name of the natural key), override badges, facts and tabs.

    slot "order" draws verbs of "order.actions" and tabs of "order.tabs".
    """

    model: ClassVar[type[Model]]
    lookup: str = "number"
    slot: str = ""
    list_url: str = ""
    """URL name of the list it belongs to, for the breadcrumb."""
    list_title: Any = ""
    template_name = "core/record.html"
    annex: Sequence[str] = ()
    """Which of the panels that every record has stand behind the other tabs: journal, talk, files."""

    def rows(self) -> QuerySet[Any]:
        """What may be opened, with select_related for the head. Override."""
        return self.model._default_manager.all()

    def badges(self) -> Sequence[tuple[str, Any]]:
        """(state, words) pairs after the title."""
        return [(self.record.state, self.record.get_state_display())] if hasattr(self.record, "state") else []

    def facts(self) -> Sequence[Said]:
        return ()

    def tabs(self) -> Sequence[RecordTab]:
        return ()

    def heading(self) -> str:
        return str(getattr(self.record, "number", "") or self.record)

    def subtitle(self) -> Any:
        return ""

    def extra(self) -> dict[str, Any]:
        """More context for the templates of this page's own tabs."""
        return {}

    @cached_property
    def record(self) -> Any:
        key = self.kwargs.get(self.lookup, self.kwargs.get("pk"))
        field = self.lookup if self.lookup in self.kwargs else "pk"
        return get_object_or_404(self.rows(), **{field: key})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        part = request.headers.get("HX-Target") if is_fragment(request) else None
        context: dict[str, Any] = {
            "page": self,
            "record": self.record,
            "tabs": self._drawn,
            "current": self._current,
            "actions_slot": f"{self.slot}.actions",
            "list_href": reverse(self.list_url) if self.list_url else "",
        }
        if part == "head":
            # What an edit on the page changes in its head: states, facts, buttons, the counts of the tabs.
            return render(request, self.template_name, context | {"around": "core/bare.html"})
        context |= self.extra()
        return render(
            request, "core/record_fragment.html" if part == "record" else self.template_name, context
        )

    @property
    def tab(self) -> str:
        """The key of the tab that is shown: the one asked for, the first where there is none of that name, or none for
        this reader; an old link still leads to the record."""
        return self._current.key if self._current else ""

    @cached_property
    def _current(self) -> _Drawn | None:
        asked = self.request.GET.get("tab")
        return next((each for each in self._drawn if each.key == asked), next(iter(self._drawn), None))

    @cached_property
    def _drawn(self) -> list[_Drawn]:
        own = [
            _Drawn(each.key, each.title, each.count, f"?tab={each.key}", each.template)
            for each in self.tabs()
        ]
        others = [
            _Drawn(
                each.key,
                each.title,
                each.count(self.record) if each.count else None,
                f"?tab={each.key}",
                fragment=each.url(self.record),
            )
            for each in places.panels(f"{self.slot}.tabs", self.record)
            if not each.roles or access.may(self.request.user, *each.roles)
        ]
        return own + others + [self._annexed(each) for each in self.annex]

    def _annexed(self, kind: str) -> _Drawn:
        about = (self.record._meta.label_lower, self.record.pk)
        counted = ANNEX[kind][1]
        many = counted.objects.filter(record_type=about[0], record_id=about[1]).count() if counted else None
        return _Drawn(
            kind, ANNEX[kind][0], many or None, f"?tab={kind}", fragment=reverse(f"core:{kind}", args=about)
        )
