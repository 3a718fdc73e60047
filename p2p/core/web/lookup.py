"""Records typed by their number: what may be looked up while one types, and the form field that reads it.

Apps on the right register their records; nothing here knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import access
from p2p.core.web.page import Page

MOST = 12
SHORTEST_NAME = 2
"""Letters from which names are searched too: one letter is in nearly all of them."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Records that may be looked up.

    rows: all that may be offered. number, name, note: what is typed, shown beside it, and shown small. roles: who may
    look (everybody known when empty). site_path: to the site's code, where rows belong to sites. within: what
    another field narrows them by.
    """

    rows: Callable[[], QuerySet[Any]]
    number: str = "number"
    name: str = "name"
    note: str = ""
    roles: tuple[str, ...] = ()
    site_path: str = ""
    within: str = ""

    def find(self, user: Any, typed: str, within: str = "") -> list[dict[str, str]]:
        """At most twelve: numbers that begin with the text first, then names and numbers that have all its words.
        One query, or two.
        """
        rows = self.rows().order_by(self.number)
        if self.site_path:
            rows = access.at_sites(rows, user, path=self.site_path)
        if self.within and within:
            rows = rows.filter(**{f"{self.within}__iexact": within})
        columns = [self.number, self.name, *([self.note] if self.note else [])]
        begins = Q(**{f"{self.number}__startswith": typed}) | Q(
            **{f"{self.number}__startswith": typed.upper()}
        )
        # As it is typed and in capitals: that is what the index of the number can answer.
        found = list(rows.filter(begins).values_list("pk", *columns)[:MOST])
        if len(found) < MOST and len(typed) >= SHORTEST_NAME:
            more = rows.filter(self._words(typed)).exclude(pk__in=[row[0] for row in found])
            found += more.values_list("pk", *columns)[: MOST - len(found)]
        names = ("number", "name", "unit")
        return [{key: str(said or "") for key, said in zip(names, row[1:], strict=False)} for row in found]

    def _words(self, typed: str) -> Q:
        either = [
            Q(**{f"{self.name}__icontains": word}) | Q(**{f"{self.number}__icontains": word})
            for word in typed.split()
        ]
        return reduce(and_, either)


_sources: dict[str, Source] = {}


def register(model: type[Model], source: Source) -> None:
    """Called once per kind of record, from the app's `AppConfig.ready`."""
    _sources[model._meta.label_lower] = source


def address(model: type[Model]) -> str:
    """Where records of this kind are looked up; "" when nobody registered them."""
    label = model._meta.label_lower
    return reverse("core:find", args=[label]) if label in _sources else ""


class Find(Page):
    """What begins or is called like `?q=`, as JSON."""

    def get(self, request: HttpRequest, label: str) -> HttpResponseBase:
        source = _sources.get(label)
        if source is None:
            raise Http404
        if source.roles:
            access.require(request.user, *source.roles)
        typed = request.GET.get("q", "").strip().replace("\0", "")[:100]
        within = request.GET.get("within", "").strip().replace("\0", "")
        return JsonResponse({"items": source.find(request.user, typed, within) if typed else []})


class Looked:
    """What a field says about looking up; the `control` tag writes it to the input."""

    model: type[Model]
    within: str = ""

    def look_up(self) -> dict[str, str]:
        where = address(self.model)
        if not where:
            return {}
        attrs = {"data-find": where, "data-none": str(_("Nothing begins or is called like that."))}
        return {**attrs, "autocomplete": "off", **({"data-within": self.within} if self.within else {})}


class KeyedField(Looked, forms.CharField):
    """A record typed by its number: thousands of them do not fit into a select. It cleans to the record."""

    def __init__(self, *, rows: Any, key: str = "number", **options: Any) -> None:
        self.rows, self.key, self.model = rows, key, rows.model
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, self.key, value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = self.rows.filter(**{f"{self.key}__iexact": text}).first()
        if found is None:
            what = self.rows.model._meta.verbose_name
            raise forms.ValidationError(_("There is no {what} {key}.").format(what=what, key=text))
        return found


class NumberOf(Looked, forms.CharField):
    """A number that stays text; `within` is the field of the same form that says of what: a lot of an item."""

    def __init__(self, *, model: type[Model], within: str = "", **options: Any) -> None:
        self.model, self.within = model, within
        super().__init__(**options)


def looked(field: Any) -> dict[str, str]:
    """Attributes of the input of a form field; none for fields that look nothing up."""
    return field.look_up() if isinstance(field, Looked) else {}


__all__: Sequence[str] = ("Find", "KeyedField", "NumberOf", "Source", "address", "looked", "register")
