"""Bulk upsert by natural key: a fixed number of statements for any number of rows, errors with line and field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import exceptions

from p2p.core.characters import called, repeated
from p2p.core.facts import Fact, tell
from p2p.core.refusal import Refused
from p2p.core.rest.permissions import check_code, check_moved, check_site
from p2p.core.rest.problems import flatten
from p2p.core.rest.serializers import KeyField

MOST = 100_000


@dataclass(frozen=True, kw_only=True)
class Upserted(Fact):
    """Master data was added or changed in bulk. Listeners look at `records`, all of one model."""

    records: tuple[Model, ...]

    def about(self) -> Sequence[Model]:
        return self.records

    def says(self, record: Model | None) -> dict[str, object]:
        return {}


@dataclass
class RowResult:
    """What became of one row; `line` counts from 1."""

    line: int
    key: str = ""
    status: str = "error"  # added, changed, unchanged, error
    errors: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the answer."""
        row: dict[str, Any] = {"line": self.line, "key": self.key, "status": self.status}
        return {**row, "errors": self.errors} if self.errors else row


@dataclass
class Outcome:
    """The result of all rows, and whether anything was saved."""

    rows: list[RowResult]
    saved: bool

    @property
    def clean(self) -> bool:
        """No row had an error."""
        return not any(row.errors for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Counts, then every row in the order sent."""
        count = {
            name: sum(row.status == name for row in self.rows) for name in ("added", "changed", "unchanged")
        }
        wrong = [row for row in self.rows if row.errors]
        body: dict[str, Any] = {"saved": self.saved, **count, "errors": len(wrong)}
        if wrong:
            first = wrong[0].errors[0]
            place = f" {first['field']}:" if first["field"] else ""
            body["code"] = "invalid"
            body["detail"] = repeated(
                _("Line {line},{place} {detail}").format(
                    line=wrong[0].line, place=place, detail=first["detail"]
                )
            )
        return {**body, "rows": [row.as_json() for row in self.rows]}


def upsert(
    view: Any, rows: list[Any], *, by: Any, partial: bool, service: Callable[..., Any] | None
) -> Outcome:
    """Check every row, then save them at once (or none; with `partial` the good ones).

    The view's serializer checks the rows; related records are looked up with one query per relation. Without a
    service the rows are written with INSERT ... ON CONFLICT and `Upserted` is told. A service is called with
    rows=[validated dicts] and by, and returns one status per row or raises Refused.
    """
    if len(rows) > MOST:
        raise exceptions.ValidationError({"": _("At most {most} rows at once.").format(most=f"{MOST:,}")})
    keys = view.key_names()
    results, good = _checked(view, rows, keys)
    if not good or (not partial and any(row.errors for row in results)):
        return Outcome([_undone(row) for row in results], saved=False)
    with transaction.atomic():
        if service is not None:
            statuses = service(rows=[given for _index, given in good], by=by) or ["changed"] * len(good)
            for (index, _given), said in zip(good, statuses, strict=True):
                results[index].status = str(said)
        else:
            _write(view, good, results, keys, by)
        failed = any(row.errors for row in results)
        if failed and not partial:
            transaction.set_rollback(True)
    return Outcome(
        [_undone(row) for row in results] if failed and not partial else results, saved=not failed or partial
    )


def _undone(row: RowResult) -> RowResult:
    row.status = "error" if row.errors else "unchanged"
    return row


def _checked(
    view: Any, rows: list[Any], keys: tuple[str, ...]
) -> tuple[list[RowResult], list[tuple[int, dict[str, Any]]]]:
    serializer = view.get_serializer_class()
    known = _related(serializer, rows)
    context = {**view.get_serializer_context(), "known": known, "bulk": True}
    fields = [key.split("__")[0] for key in keys]
    present = _existing(view, rows, keys)
    results: list[RowResult] = []
    good: list[tuple[int, dict[str, Any]]] = []
    seen: dict[str, int] = {}
    form_new, form_old = serializer(context=context), serializer(context=context, partial=True)
    for site in sorted({each["site"] for each in present.values()}):
        check_code(view, site)
    for form in (form_new, form_old):
        _forget_uniqueness(form)
    for index, row in enumerate(rows):
        name = _key_text(row, fields)
        result = RowResult(index + 1, name)
        results.append(result)
        if name and name in seen:
            sentence = _("{key} is already on line {line}.").format(key=name, line=seen[name])
            result.errors = [{"field": fields[0], "detail": sentence, "code": "twice"}]
            continue
        seen[name] = index + 1
        given = _validate(form_old if name in present else form_new, row, fields, result)
        if given is not None:
            good.append((index, given))
            if name in present:
                check_moved(view, given)
            else:
                check_site(view, given)
    return results, good


def _validate(form: Any, row: Any, keys: list[str], result: RowResult) -> dict[str, Any] | None:
    try:
        if not isinstance(row, dict):
            raise exceptions.ValidationError(_("A row must be an object of fields."))
        unknown = sorted(set(row) - set(form.fields))
        if unknown:
            raise exceptions.ValidationError({unknown[0]: _("There is no such field.")})
        missing = [name for name in keys if row.get(name) in {None, ""}]
        if missing:
            raise exceptions.ValidationError({missing[0]: _("It is needed to find the record.")})
        return dict(form.run_validation(row))
    except exceptions.ValidationError as wrong:
        result.errors = list(flatten(wrong.detail))
    except Refused as no:
        result.errors = [{"field": no.field, "detail": str(no), "code": no.code}]
    return None


def _forget_uniqueness(form: Any) -> None:
    """The natural key is meant to exist; and a query per row would be a query per row."""
    form.validators = [one for one in form.validators if not hasattr(one, "queryset")]
    for one in form.fields.values():
        one.validators = [rule for rule in one.validators if not hasattr(rule, "queryset")]


def _related(serializer: Any, rows: list[Any]) -> dict[str, dict[str, Model]]:
    """Per relation: key -> record, one query each."""
    found: dict[str, dict[str, Model]] = {}
    for name, one in serializer().fields.items():
        if not isinstance(one, KeyField) or one.read_only:
            continue
        key = one.key_name()
        values = {
            called(str(row[name]))
            for row in rows
            if isinstance(row, dict) and row.get(name) not in {None, ""}
        }
        rows_of = one.get_queryset()
        records = rows_of.filter(**{f"{key}__in": values}) if values and rows_of is not None else ()
        found[name] = {str(getattr(record, key)): record for record in records}
    return found


def _key_text(row: Any, fields: list[str]) -> str:
    if not isinstance(row, dict) or any(row.get(name) in {None, ""} for name in fields):
        return ""
    return "~".join(called(str(row[name])) for name in fields)


def _existing(view: Any, rows: list[Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Key text -> {pk, site} of the records that are there already; one query."""
    fields = [key.split("__")[0] for key in keys]
    firsts = {called(str(row[fields[0]])) for row in rows if _key_text(row, fields)}
    site = [view.site_path] if view.site_path else []
    present = view.queryset.model._base_manager.filter(**{f"{keys[0]}__in": firsts})
    found = {}
    for pk, *values in present.values_list("pk", *keys, *site):
        text = "~".join(str(value) for value in values[: len(keys)])
        found[text] = {"pk": pk, "site": (values[-1] or "") if site else ""}
    wanted = {_key_text(row, fields) for row in rows}
    return {text: each for text, each in found.items() if text in wanted}


def _write(
    view: Any, good: list[tuple[int, dict[str, Any]]], results: list[RowResult], keys: Any, by: Any
) -> None:
    model = view.queryset.model
    raw = [results[index] for index, _given in good]
    present = _present_keys(model, keys, raw)
    new = [(index, given) for index, given in good if results[index].key not in present]
    old = [(index, given) for index, given in good if results[index].key in present]
    written: list[Model] = []
    if new:
        written += _guarded(new, results, lambda part: _insert(model, part))
    if old:
        written += _guarded(old, results, lambda part: _update(model, part, results, present))
    for index, _given in new:
        results[index].status = "error" if results[index].errors else "added"
    if written:
        tell(Upserted(records=tuple(written), by=by))


def _present_keys(model: type[Model], keys: Sequence[str], rows: list[RowResult]) -> dict[str, Any]:
    firsts = {row.key.split("~")[0] for row in rows}
    found = model._base_manager.filter(**{f"{keys[0]}__in": firsts}).values_list("pk", *keys)
    return {"~".join(str(value) for value in values): pk for pk, *values in found}


def _insert(model: type[Model], part: list[tuple[int, dict[str, Any]]]) -> list[Model]:
    return list(model._base_manager.bulk_create([model(**given) for _index, given in part], batch_size=2000))


def _update(
    model: type[Model],
    part: list[tuple[int, dict[str, Any]]],
    results: list[RowResult],
    present: dict[str, Any],
) -> list[Model]:
    ids = [present[results[index].key] for index, _given in part]
    stored = model._base_manager.order_by("pk").select_for_update().in_bulk(ids)
    changed: list[Model] = []
    names: set[str] = set()
    for index, given in part:
        record = stored[present[results[index].key]]
        different = {name for name, value in given.items() if _differs(record, name, value)}
        for name in different:
            setattr(record, name, given[name])
        results[index].status = "changed" if different else "unchanged"
        names |= different
        changed += [record] if different else []
    if changed:
        model._base_manager.bulk_update(changed, sorted(names), batch_size=1000)
    return changed


def _differs(record: Model, name: str, value: Any) -> bool:
    # By column, not by attribute: the attribute of a relation would be fetched, one query per row.
    if isinstance(value, Model):
        column: Any = record._meta.get_field(name)
        return bool(getattr(record, column.attname) != value.pk)
    if value is None:
        return getattr(record, getattr(record._meta.get_field(name), "attname", name)) is not None
    return bool(getattr(record, name) != value)


def _guarded(
    part: list[tuple[int, dict[str, Any]]],
    results: list[RowResult],
    write: Callable[[list[tuple[int, dict[str, Any]]]], list[Model]],
) -> list[Model]:
    """Write all; when the database refuses, halve until the rows it refuses are alone and can be named."""
    try:
        with transaction.atomic():
            return write(part)
    except DatabaseError as error:
        if len(part) == 1:
            results[part[0][0]].errors = [{"field": "", "detail": _rule(error), "code": "conflict"}]
            return []
        middle = len(part) // 2
        return _guarded(part[:middle], results, write) + _guarded(part[middle:], results, write)


def _rule(error: DatabaseError) -> str:
    told = getattr(error.__cause__, "diag", None)
    where = getattr(told, "message_detail", None) or getattr(told, "message_primary", None) or str(error)
    rule = getattr(told, "constraint_name", None) or ""
    return _("The database refuses it ({rule}): {where}").format(rule=rule, where=where)
