"""ListPage: a table with filters, search, order, keyset pages, saved views, selection and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core import access, sites
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.models import SavedView
from p2p.core.web import chips, exports, formats, keyset
from p2p.core.web.columns import FLEXIBLE, Cell, Column, cell
from p2p.core.web.page import Page, is_fragment, who


@dataclass(frozen=True)
class Tab:
    """A view of the list that everybody has: a name for a query string. `counted` shows how many."""

    key: str
    title: Any
    query: str = ""
    counted: bool = False
    hot: bool = False


@dataclass(frozen=True)
class Bulk:
    """What can be done with the selected rows.

    `act(records=queryset, by=user)` calls one service and may return a sentence; or `url_name` opens a form
    that is given `?ids=1,2,3`.
    """

    key: str
    title: Any
    act: Callable[..., Any] | None = None
    url_name: str = ""
    roles: tuple[str, ...] = ()
    icon: str = ""
    danger: bool = False
    confirm: Any = ""


@dataclass(frozen=True)
class Row:
    record: Any
    url: str
    cells: list[Cell]


class ListPage(Page):
    """Declare model, columns and order; override `rows` for select_related and site scope.

    page_key names the list for saved views (default: app_label.model); slot takes verbs for the head. A list that the
    rail does not name sets `list_url` to the one it belongs to.
    """

    model: ClassVar[type[Model]]
    columns: Sequence[Column] = ()
    filterset_class: Any = None
    search: Sequence[str] = ()
    order: Sequence[str] = ()
    tabs: Sequence[Tab] = ()
    bulk: Sequence[Bulk] = ()
    slot: str = ""
    page_size: int = 50
    page_key: str = ""
    template_name = "core/list.html"
    table_template = "core/list_table.html"
    empty_title: Any = ""
    empty_text: Any = ""
    empty_icon: str = "inbox"
    empty_action: tuple[Any, str] | None = None
    """(title, URL name) of the next step when nothing is here by nature."""

    def rows(self) -> QuerySet[Any]:
        """All rows this person may see, with what the columns need. Override."""
        return self.model._default_manager.all()

    def record_url(self, record: Any) -> str:
        return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("counts"):
            return JsonResponse(self._tab_counts())
        wanted = request.GET.get("export")
        if wanted:
            return self._export(wanted)
        partial = is_fragment(request) and request.headers.get("HX-Target") == "list"
        template = "core/list_fragment.html" if partial else self.template_name
        response = render(request, template, self.context(partial=partial))
        if partial:
            # The address bar gets the filter without the empty fields of its form.
            response["HX-Push-Url"] = request.path + chips.query(
                request.GET, after=request.GET.get("after", "")
            )
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A bulk verb on the ticked rows, or on everything the filter finds."""
        chosen = next((each for each in self.bulk if each.key == request.POST.get("bulk")), None)
        if chosen is None or chosen.act is None:
            raise Http404
        if chosen.roles:
            access.require(request.user, *chosen.roles)
        records = self.found if request.POST.get("all") else self.rows().filter(pk__in=self._ticked())
        if chosen.roles:
            sites.require_at(request.user, records, *chosen.roles)
        try:
            said = chosen.act(records=records, by=who(request))
            messages.success(request, str(said) if said else _("Done: {verb}.").format(verb=chosen.title))
        except Refused as no:
            messages.error(request, str(no))
        here = request.get_full_path()
        return (
            HttpResponse(status=204, headers={"HX-Redirect": here})
            if is_fragment(request)
            else redirect(here)
        )

    def _ticked(self) -> list[int]:
        return [key for each in self.request.POST.getlist("row") if (key := whole(each)) is not None]

    # ---- what is asked for

    @cached_property
    def filterset(self) -> Any:
        if self.filterset_class is None:
            return None
        chosen = self.filterset_class(self.request.GET, queryset=self.rows(), request=self.request)
        chosen.form.auto_id = "filter_%s"  # a form in a dialog over the list may have fields of the same name
        return chosen

    @cached_property
    def found(self) -> QuerySet[Any]:
        """The rows after filters and search."""
        return self._search(self.filterset.qs if self.filterset else self.rows(), self.request.GET)

    def _search(self, rows: QuerySet[Any], params: QueryDict) -> QuerySet[Any]:
        if self.filterset and "q" in self.filterset.filters:
            return rows
        for word in params.get("q", "").split() if self.search else ():
            rows = rows.filter(_any_of([Q(**{f"{path}__icontains": word}) for path in self.search]))
        return rows

    @cached_property
    def shown(self) -> list[Column]:
        wanted = set(self.request.GET.getlist("col"))
        known = [each for each in self.columns if each.key in wanted] if wanted else []
        return known or [each for each in self.columns if not each.hidden]

    @cached_property
    def sorting(self) -> list[str]:
        """ORM paths, from `?sort=-column,column` or the default order."""
        paths = {each.key: each.sort_path for each in self.columns if each.sort_path}
        asked = [each for each in self.request.GET.get("sort", "").split(",") if each.lstrip("-") in paths]
        signed = [("-" if each.startswith("-") else "") + paths[each.lstrip("-")] for each in asked]
        return [
            *signed,
            *(each for each in self.order if each.lstrip("-") not in {p.lstrip("-") for p in signed}),
        ]

    # ---- what is drawn

    def context(self, *, partial: bool = False) -> dict[str, Any]:
        params = self.request.GET
        keys = keyset.keys_of(self.model, self.sorting)
        part = keyset.page(self.found, keys, token=params.get("after", ""), size=self.page_size)
        filter_chips = chips.chips_of(self.filterset, params)
        return {
            "page": self,
            "part": part,
            "lines": [self._line(record) for record in part.rows],
            "heads": [self._head(column) for column in self.shown],
            "min_width": sum(column.pixels or FLEXIBLE for column in self.shown) + (38 if self.bulk else 0),
            "columns": [(column, column in self.shown) for column in self.columns],
            "chips": filter_chips,
            "filtered": bool(filter_chips or params.get("q")),
            "problems": self._problems(),
            "clear": chips.query(QueryDict()),
            "next": chips.query(params, after=part.next) if part.next else "",
            "previous": chips.query(params, after=part.previous) if part.previous else "",
            "csv": chips.query(params, export="csv"),
            "xlsx": chips.query(params, export="xlsx"),
            "query": chips.query(params),
            "fixed": [
                (name, value)
                for name, values in params.lists()
                if name in ("sort", "col")
                for value in values
            ],
            "verbs": [
                each for each in self.bulk if not each.roles or access.may(self.request.user, *each.roles)
            ],
            "views": self._views(),
            "partial": partial,
            **self._counted(part),
        }

    def _counted(self, part: keyset.Slice) -> dict[str, Any]:
        whole = len(part.rows) if not part.previous and not part.next else None
        number, exact = (whole, True) if whole is not None else keyset.count(self.found)
        words = formats.number(number) if exact else f"~{formats.number(number)}"
        first = formats.number(part.start + 1 if part.rows else 0)
        last = formats.number(part.start + len(part.rows))
        where = _("{first}–{last} of {all}").format(first=first, last=last, all=words)
        return {"found_words": words, "found_number": number, "where": where}

    def _line(self, record: Any) -> Row:
        url = self.record_url(record)
        return Row(record, url, [cell(column, record, url) for column in self.shown])

    def _head(self, column: Column) -> dict[str, Any]:
        now = next((each for each in self.sorting[:1] if each.lstrip("-") == column.sort_path), "")
        way = "" if not now else "descending" if now.startswith("-") else "ascending"
        turned = f"-{column.key}" if way == "ascending" else column.key
        link = chips.query(self.request.GET, sort=turned) if column.sort_path else ""
        return {"column": column, "sort": way, "link": link}

    def _problems(self) -> list[str]:
        errors = self.filterset.form.errors if self.filterset else {}
        fields = self.filterset.form.fields if self.filterset else {}
        return [f"{fields[name].label or name}: {' '.join(map(str, said))}" for name, said in errors.items()]

    # ---- views and files

    @property
    def key(self) -> str:
        return self.page_key or self.model._meta.label_lower

    def _views(self) -> list[dict[str, Any]]:
        here = chips.query(self.request.GET)
        own = [
            {"key": tab.key, "title": tab.title, "query": chips.query(QueryDict(tab.query)), "tab": tab}
            for tab in self.tabs
        ]
        user = who(self.request)
        saved = SavedView.objects.filter(Q(owner=user) | Q(shared=True), page=self.key)
        own += [
            {
                "key": f"view-{each.pk}",
                "title": each.title,
                "query": chips.query(QueryDict(each.query)),
                "saved": each,
            }
            for each in saved
        ]
        for each in own:
            each["current"] = each["query"] == here
            each["mine"] = "saved" in each and each["saved"].owner_id == user.pk
        return own

    def _tab_counts(self) -> dict[str, Any]:
        """How many rows each counted tab has: asked for after the page, so that the page does not wait."""
        return {
            tab.key: formats.number(self._count(QueryDict(tab.query))) for tab in self.tabs if tab.counted
        }

    def _count(self, params: QueryDict) -> int:
        rows = self.rows()
        if self.filterset_class is not None:
            rows = self.filterset_class(params, queryset=rows, request=self.request).qs
        return keyset.count(self._search(rows, params))[0]

    def _export(self, wanted: str) -> HttpResponseBase:
        keys = keyset.keys_of(self.model, self.sorting)
        rows = self.found.order_by(*(key.by(backwards=False) for key in keys)).iterator(chunk_size=2000)
        name = self.key.rpartition(".")[2]
        if wanted not in ("csv", "xlsx"):
            raise Http404
        return (
            exports.as_csv(rows, self.shown, name)
            if wanted == "csv"
            else exports.as_xlsx(rows, self.shown, name)
        )

    @property
    def empty_url(self) -> str:
        return reverse(self.empty_action[1]) if self.empty_action else ""


def _any_of(conditions: Sequence[Q]) -> Q:
    found = conditions[0]
    for each in conditions[1:]:
        found |= each
    return found
