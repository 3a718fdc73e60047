"""Reads that every report makes, compiled once per process: building the same SQL again costs more than running it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)

MARK = 2_000_020_530
TEXT = "\u2402mark\u2403"
"""They stand for a number and for a text while the query is compiled."""


class Prepared(Generic[Row]):
    """`read = Prepared(lambda key: Operation.objects.filter(order=key))`; then `read(7)` is the list for key 7.

    The queryset must depend on nothing but its keys; `marks` says what they are, one number by itself. Rows come out
    as the ORM makes them, related ones included.
    """

    def __init__(self, make: Callable[..., QuerySet[Row]], marks: tuple[object, ...] = (MARK,)) -> None:
        self._make = make
        self._marks = marks
        self._build: Callable[[Any], list[Row]] | None = None
        self._sql = ""
        self._parameters: tuple[Any, ...] = ()

    def __call__(self, *keys: object) -> list[Row]:
        if self._build is None:
            self._compile()
        assert self._build is not None
        with connection.cursor() as cursor:
            given: dict[object, Any] = dict(zip(self._marks, keys, strict=True))
            cursor.execute(
                self._sql,
                [given.get(one, one) if isinstance(one, (int, str)) else one for one in self._parameters],
            )
            return self._build(cursor.fetchall())

    def _compile(self) -> None:
        rows = self._make(*self._marks)
        compiler: Any = rows.query.get_compiler(connection=connection)
        self._sql, self._parameters = compiler.as_sql()
        known, select = compiler.klass_info, compiler.select
        first, end = known["select_fields"][0], known["select_fields"][-1] + 1
        names = [column[0].target.attname for column in select[first:end]]
        populators: Any = get_related_populators  # the stubs are ahead of the framework by a parameter
        related = populators(known, select, connection.alias)
        converters = compiler.get_converters([column[0] for column in select])
        extra = list(compiler.annotation_col_map.items())
        model: type[Row] = known["model"]

        def build(found: Any) -> list[Row]:
            records = []
            for row in compiler.apply_converters(found, converters) if converters else found:
                record = model.from_db(connection.alias, names, row[first:end])
                for one in related:
                    one.populate(row, record)
                for name, position in extra:
                    setattr(record, name, row[position])
                records.append(record)
            return records

        self._build = build
