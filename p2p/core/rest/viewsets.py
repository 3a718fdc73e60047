"""The base of every resource: lists that page and filter, records by natural key, verbs, bulk upserts."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, NoReturn

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import at_sites
from p2p.core.addresses import key_of as key_said
from p2p.core.rest import bulk, filters, pages
from p2p.core.rest.csv import CsvParser, CsvRenderer
from p2p.core.rest.edge import EdgeViewSet
from p2p.core.rest.json import JsonParser
from p2p.core.rest.permissions import check_given, check_moved, check_site
from p2p.core.rest.serializers import Expand, KeyField, key_of
from p2p.core.rest.verbs import respond, verbs_of

Service = Callable[..., Any]
_BETWEEN = re.compile(r"~(?!2F|7E)")


class RecordViewSet(EdgeViewSet):
    """Set `queryset` and `serializer_class`; the rest as far as it applies.

    key          column (or columns, joined by "~") that names a record in addresses; the natural key by itself
    filters      query parameter -> look-up path: {"state": "state", "due_before": "due_at__lte"}
    asks         query parameter -> what it says, for those that `get_queryset` reads itself
    searches     columns for ?search=        orderings  columns for ?order=       order  the default order
    site_path    path to the site's code: rows of other sites are not there for the user
    seen_at      paths to sites at which rows are seen, too, by people who may not write them
    read_roles   who may read (anybody logged in when empty)      write_roles  who may add, change and upsert
    adds         service for POST on the list: adds(**input, by=user)
    changes      service for PATCH: changes(<record_name>=record, **input, by=user)
    removes      service for DELETE: removes(<record_name>=record, by=user)
    upserts      True for the general bulk upsert, or a service upserts(rows=[...], by=user) -> [RowResult]
    """

    queryset: Any
    key: ClassVar[str | tuple[str, ...]] = ""
    filters: ClassVar[Mapping[str, str]] = {}
    asks: ClassVar[Mapping[str, str]] = {}
    searches: ClassVar[Sequence[str]] = ()
    orderings: ClassVar[Sequence[str]] = ()
    order: ClassVar[Sequence[str]] = ()
    site_path: ClassVar[str] = ""
    seen_at: ClassVar[Sequence[str]] = ()
    read_roles: ClassVar[Sequence[str]] = ()
    write_roles: ClassVar[Sequence[str]] = ()
    record_name: ClassVar[str] = ""
    adds: ClassVar[Service | None] = None
    changes: ClassVar[Service | None] = None
    removes: ClassVar[Service | None] = None
    upserts: ClassVar[Service | bool] = False

    lookup_url_kwarg = "number"
    parser_classes: Any = (JsonParser, CsvParser)
    renderer_classes: Any = (JSONRenderer, CsvRenderer)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        taken = filters.RESERVED & {*cls.filters, *cls.asks}
        if taken:
            raise ValueError(
                f"{cls.__name__}: {', '.join(sorted(taken))} already means something in every list"
            )

    # -- reading -----------------------------------------------------------------------------------------------

    def check_parameters(self, query: Collection[str], known: Collection[str]) -> None:
        """`filters.apply` does it, with the filters' own words."""

    def get_queryset(self) -> QuerySet[Any]:
        """The rows this user may see, with what the serializer needs fetched along."""
        rows: QuerySet[Any] = self.queryset.all()
        if self.site_path:
            rows = at_sites(rows, self.request.user, path=self.site_path, also=self.seen_at)
        related = [*_keyed(self.get_serializer_class())]
        prefetch: list[Any] = []
        for spec in self._expanded().values():
            related += spec.select
            prefetch += spec.prefetch
        rows = rows.select_related(*related) if related else rows
        return rows.prefetch_related(*prefetch) if prefetch else rows

    def _expanded(self) -> dict[str, Expand]:
        asked = [name for name in self.request.query_params.get("expand", "").split(",") if name]
        known: dict[str, Expand] = dict(getattr(self.get_serializer_class(), "expandable", {}))
        for name in asked:
            if name not in known:
                names = ", ".join(sorted(known)) or "-"
                raise exceptions.ValidationError(
                    {
                        "expand": _("{name} cannot be expanded here; these can: {names}.").format(
                            name=name, names=names
                        )
                    }
                )
        return {name: known[name] for name in asked}

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        asked = self.request.query_params.get("expand", "") if getattr(self, "request", None) else ""
        return {**context, "expand": tuple(name for name in asked.split(",") if name)}

    def key_names(self) -> tuple[str, ...]:
        """The columns that name a record in an address."""
        key = self.key or key_of(self.queryset.model)
        return (key,) if isinstance(key, str) else key

    def get_object(self) -> Any:
        names, given = self.key_names(), str(self.kwargs[self.lookup_url_kwarg])
        record = None
        for values in addressed(given, len(names)):
            with suppress(ValueError, TypeError):
                record = record or self.get_queryset().filter(**dict(zip(names, values, strict=True))).first()
        if record is None:
            self._missing(given)
        self.check_object_permissions(self.request, record)
        return record

    def _missing(self, given: str) -> NoReturn:
        what = self.queryset.model._meta.verbose_name
        raise Http404(_("There is no {what} {key}.").format(what=what, key=given))

    def list(self, request: Request) -> Response:
        """A page of records: filters, search, order, cursor."""
        query = request.query_params
        rows = filters.apply(self.get_queryset(), self.filters, query, self.asks)
        if query.get("search"):
            rows = filters.search(rows, self.searches, query["search"])
        default = self.order or self.key_names()
        order = pages.columns(rows, filters.orders(self.orderings, query.get("order", ""), default))
        size = pages.page_size(query.get("limit", ""))
        rows = pages.after(rows, order, query.get("cursor", ""))
        found = list(rows[: size + 1])
        following = pages.mark(order, found[size - 1]) if len(found) > size else None
        results = self.get_serializer(found[:size], many=True).data
        return Response({"results": results, "next": self._link(following), "cursor": following})

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def retrieve(self, request: Request, number: str) -> Response:
        """One record, and what can be done with it now."""
        record = self.get_object()
        shown = {**self.get_serializer(record).data}
        possible = verbs_of(self, record)
        return Response({**shown, "verbs": possible} if possible else shown)

    # -- writing -----------------------------------------------------------------------------------------------

    def create(self, request: Request) -> Response:
        """Add one record through its service."""
        service = type(self).adds
        if service is None:
            raise exceptions.MethodNotAllowed("POST")
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        check_site(self, form.validated_data)
        check_given(self, form.validated_data)
        response = respond(self, service(**form.validated_data, by=request.user), None)
        response.status_code = 201 if response.status_code == 200 else response.status_code
        return response

    def partial_update(self, request: Request, number: str) -> Response:
        """Change the fields that are given, through the service."""
        service = type(self).changes
        if service is None:
            raise exceptions.MethodNotAllowed("PATCH")
        record = self.get_object()
        check_site(self, record)
        form = self.get_serializer(record, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        check_given(self, form.validated_data)
        check_moved(self, form.validated_data)
        return respond(self, service(**{self._name(): record}, **form.validated_data, by=request.user), None)

    def destroy(self, request: Request, number: str) -> Response:
        """Remove one record through its service."""
        service = type(self).removes
        if service is None:
            raise exceptions.MethodNotAllowed("DELETE")
        record = self.get_object()
        check_site(self, record)
        service(**{self._name(): record}, by=request.user)
        return Response(status=204)

    def _name(self) -> str:
        return self.record_name or str(self.queryset.model._meta.model_name)

    @action(detail=False, methods=["post"], url_path="bulk")
    def bulk(self, request: Request) -> Response:
        """Add or change many records by their natural key: a JSON list of rows, or CSV with a head line.

        All or nothing; with `?partial=1` the good rows are saved and the others reported.
        """
        if not self.upserts:
            raise exceptions.MethodNotAllowed("POST")
        rows = request.data
        if not isinstance(rows, list) or not rows:
            raise exceptions.ValidationError({"": _("Send a list of rows, with at least one.")})
        partial = request.query_params.get("partial") in {"1", "true"}
        given = type(self).upserts
        service = given if callable(given) else None
        outcome = bulk.upsert(self, rows, by=request.user, partial=partial, service=service)
        return Response(outcome.as_json(), status=200 if outcome.saved or outcome.clean else 400)


def addressed(given: str, count: int) -> list[list[str]]:
    """The keys that a part of an address may mean: as it stands, and with `~2F` read as the slash that no part of an
    address can have."""
    plain = given.split("~") if count > 1 else [given]
    written = [key_said(one) for one in (_BETWEEN.split(given) if count > 1 else [given])]
    return [values for values in (plain, *([written] if written != plain else [])) if len(values) == count]


def _keyed(serializer: type[serializers.BaseSerializer[Any]]) -> list[str]:
    """The relations a serializer shows by key: fetched in the same query as the row."""
    made = serializer()
    fields = getattr(made, "fields", {})
    return [
        one.source.replace(".", "__")
        for one in fields.values()
        if isinstance(one, KeyField) and one.source and one.source != "*" and not _to_many(made, one.source)
    ]


def _to_many(serializer: Any, source: str) -> bool:
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    if model is None:
        return True
    names = {one.name: one for one in model._meta.get_fields()}
    found = names.get(source.partition(".")[0])
    return found is None or bool(found.many_to_many or found.one_to_many)
