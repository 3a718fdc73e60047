"""Order settings of many items changed together: look first, then one change, and one that takes it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import ItemsSaved
from strategies.models import Item, ItemPolicy, SettingsChange, Site
from strategies.selectors.settings import settings_at
from strategies.services.settings import PolicyInput, contradiction

Wanted = Mapping[str, Any]
FIELDS = tuple(PolicyInput.__dataclass_fields__)
_OF_ROWS = {field.name: field for field in ItemPolicy._meta.concrete_fields}
_COLUMNS = {name: _OF_ROWS[name].attname for name in FIELDS}
_BATCH = 2000
# One statement for any number of rows: each gets its own columns back.
_BACK = """
    UPDATE strategies_itempolicy AS row SET {columns}
      FROM jsonb_populate_recordset(NULL::strategies_itempolicy, %s::jsonb) AS kept
     WHERE row.id = kept.id
"""


@dataclass(frozen=True)
class Line:
    """The settings of one item as they are and as they become; `row` is None where they are made."""

    item: Item
    row: ItemPolicy | None
    old: PolicyInput | None
    new: PolicyInput

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields that become different."""
        was = self.old or PolicyInput(supply="")
        return tuple(name for name in FIELDS if getattr(was, name) != getattr(self.new, name))


@dataclass
class Plan:
    """What becomes of the chosen items; `same` have it all already, `without` have no settings there."""

    chosen: int = 0
    changing: list[Line] = field(default_factory=list)
    new: list[Line] = field(default_factory=list)
    refused: list[tuple[Item, str]] = field(default_factory=list)
    same: int = 0
    without: int = 0


def preview_settings(
    *, items: QuerySet[Item], wanted: Wanted, site: Site | None = None, adding: bool = False
) -> Plan:
    """What `change_settings` would do now, item by item in the order of their numbers. Nothing is written; a fixed
    number of queries. Refused as `change_settings` refuses."""
    _check(wanted)
    chosen = list(Item.objects.filter(pk__in=items.order_by().values("pk")).order_by("number"))
    rows = _rows([item.pk for item in chosen], site)
    return _plan(chosen, {row.item_id: row for row in rows}, wanted, site, adding)


@transaction.atomic
def change_settings(
    *, items: QuerySet[Item], wanted: Wanted, site: Site | None = None, adding: bool = False, by: User
) -> SettingsChange:
    """Give the order settings of these items at `site` (None: those for all sites) the fields of `wanted`, names as
    in `PolicyInput`; None takes a value away, rows with a rank stay. Set-based.

    `adding`: an item without a row there gets one, like the settings that hold for it there, else with the defaults
    when `wanted` says how it is supplied. Items whose settings would contradict each other are left alone and
    named in the result. Refused when nothing is said, and when no item would change.
    """
    _check(wanted)
    keys = items.order_by().values("pk")
    chosen = list(Item.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True))
    rows = _rows([item.pk for item in chosen], site).select_for_update(of=("self",), no_key=True)
    plan = _plan(sorted(chosen, key=_number), {row.item_id: row for row in rows}, wanted, site, adding)
    if not plan.changing and not plan.new:
        raise _nothing(plan)
    touched = [line.row.pk for line in plan.changing if line.row]
    ItemPolicy.objects.filter(pk__in=touched).update(**wanted)
    made = _make(plan.new, site)
    change = SettingsChange.objects.create(
        site=site,
        wanted={_COLUMNS[name]: _said(value) for name, value in wanted.items()},
        before=[_kept(line.row, wanted) for line in plan.changing if line.row],
        made=[_kept(row, FIELDS) for row in made],
        left=[[item.number, why] for item, why in plan.refused],
        by=by,
    )
    _tell([line.item.pk for line in (*plan.changing, *plan.new)], by)
    return change


@transaction.atomic
def undo_settings(*, change: SettingsChange, by: User) -> SettingsChange:
    """Take a change back: rows get their old values again, rows that were made go. What was changed or taken away
    since keeps what it has and is named in `kept`. Refused when it was taken back before."""
    kept = SettingsChange.objects.select_for_update(of=("self",), no_key=True).get(pk=change.pk)
    if kept.undone_at:
        raise Refused(_("This change was taken back before."), code="taken_back")
    keys = [row["id"] for row in (*kept.before, *kept.made)]
    items = ItemPolicy.objects.filter(pk__in=keys).order_by().values("item")
    list(Item.objects.filter(pk__in=items).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    rows = ItemPolicy.objects.filter(pk__in=keys).select_related("item", "site", "vendor", "location")
    now = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",), no_key=True)}
    back = [one for one in kept.before if _unchanged(now.get(one["id"]), kept.wanted)]
    deleted = _deleted(back, kept.wanted)
    wrong = {one["id"]: why for one in back if (why := _wrong(now[one["id"]], one, deleted))}
    back = [one for one in back if one["id"] not in wrong]
    gone = [one["id"] for one in kept.made if _unchanged(now.get(one["id"]), one)]
    done = {*gone, *(one["id"] for one in back)}
    if not done:
        raise Refused(
            _("All of these settings were changed since: they keep what they have."), code="changed"
        )
    _restore(back, kept.wanted)
    ItemPolicy.objects.filter(pk__in=gone).delete()
    since = str(_("Changed since: it keeps what it has."))
    kept.kept = [[now[key].item.number, wrong.get(key, since)] for key in now if key not in done]
    kept.undone_at, kept.undone_by = clock.now(), by
    kept.save(update_fields=["kept", "undone_at", "undone_by"])
    _tell([now[key].item_id for key in done], by)
    return kept


def _check(wanted: Wanted) -> None:
    if not wanted:
        raise Refused(_("Say what is to change."), code="nothing")
    unknown = sorted(set(wanted) - set(FIELDS))
    if unknown:
        raise Refused(_("Order settings have no {name}."), code="unknown", name=unknown[0])


def _rows(items: Sequence[int], site: Site | None) -> QuerySet[ItemPolicy]:
    rows = ItemPolicy.objects.filter(item__in=items, site=site, rank=0)
    return rows.select_related("vendor", "location").order_by("pk")


def _plan(
    items: Sequence[Item], rows: Mapping[int, ItemPolicy], wanted: Wanted, site: Site | None, adding: bool
) -> Plan:
    plan = Plan(chosen=len(items))
    lacking = [item.pk for item in items if item.pk not in rows]
    model = settings_at(site, lacking) if adding and lacking else {}
    for item in items:
        row = rows.get(item.pk) or model.get(item.pk)
        old = PolicyInput(**{name: getattr(row, name) for name in FIELDS}) if row else None
        if item.pk not in rows and (not adding or (old is None and not wanted.get("supply"))):
            plan.without += 1
            continue
        line = Line(item, rows.get(item.pk), old, replace(old, **wanted) if old else PolicyInput(**wanted))
        _judge(plan, line, site)
    return plan


def _judge(plan: Plan, line: Line, site: Site | None) -> None:
    if line.row is not None and not line.columns:
        plan.same += 1
        return
    wrong = contradiction(line.new, site, 0, {})
    if wrong is not None:
        plan.refused.append((line.item, str(wrong)))
        return
    (plan.new if line.row is None else plan.changing).append(line)


def _nothing(plan: Plan) -> Refused:
    """Why no item would change, in one sentence."""
    if plan.refused:
        item, why = plan.refused[0]
        return Refused(_("{item}: {why}"), code="refused", item=item.number, why=why)
    if plan.same:
        return Refused(_("All of these order settings are so already."), code="same")
    if not plan.chosen:
        return Refused(_("Choose the rows first."), code="nothing")
    sentence = _("None of these items has order settings there: choose another site, or let them be made.")
    return Refused(sentence, code="without", field="site")


def _make(lines: Sequence[Line], site: Site | None) -> list[ItemPolicy]:
    rows = [
        ItemPolicy(item=line.item, site=site, **{name: getattr(line.new, name) for name in FIELDS})
        for line in lines
    ]
    try:
        with transaction.atomic():
            return ItemPolicy.objects.bulk_create(rows, batch_size=_BATCH)
    except IntegrityError:
        raise Refused(_("Somebody made settings for one of these items meanwhile: look again.")) from None


def _restore(rows: Sequence[Mapping[str, Any]], wanted: Wanted) -> None:
    sets = ", ".join(f"{name} = kept.{name}" for name in _COLUMNS.values() if name in wanted)
    with connection.cursor() as cursor:
        cursor.execute(_BACK.format(columns=sets), [json.dumps(rows)])


def _deleted(rows: Sequence[Mapping[str, Any]], wanted: Wanted) -> set[tuple[str, int]]:
    """(column, key) of what rows named before and nobody knows any more: a change frees it to be deleted. A query for
    each column that names records."""
    found = set()
    for name, column in _COLUMNS.items():
        model = _OF_ROWS[name].related_model
        if column in wanted and model is not None:
            keys = {row[column] for row in rows if row[column]}
            known = set(model._default_manager.filter(pk__in=keys).values_list("pk", flat=True))
            found |= {(column, key) for key in keys - known}
    return found


def _wrong(row: ItemPolicy, before: Mapping[str, Any], deleted: Set[tuple[str, Any]]) -> str:
    """Why a row cannot have its old values again beside what was changed of it since; "" when it can."""
    if not deleted.isdisjoint(before.items()):
        return str(_("What it named before is deleted: it keeps what it has."))
    own = [name for name in FIELDS if name == _COLUMNS[name] and name in before]
    old = {name: _OF_ROWS[name].to_python(before[name]) for name in own}
    now = PolicyInput(**{name: getattr(row, name) for name in FIELDS})
    wrong = contradiction(replace(now, **old), row.site, row.rank, row.variant)
    return str(wrong) if wrong is not None else ""


def _unchanged(row: ItemPolicy | None, said: Mapping[str, Any]) -> bool:
    return row is not None and all(_said(getattr(row, name)) == value for name, value in said.items())


def _kept(row: ItemPolicy, names: Any) -> dict[str, Any]:
    columns = [_COLUMNS[name] for name in names]
    return {"id": row.pk, "item_id": row.item_id} | {name: _said(getattr(row, name)) for name in columns}


def _said(value: Any) -> Any:
    """A value as JSON keeps it, the same for equal values."""
    if isinstance(value, Model):
        return value.pk
    return plain(value) if isinstance(value, Decimal) else value


def _number(item: Item) -> str:
    return item.number


def _tell(keys: Sequence[int], by: User) -> None:
    tell(ItemsSaved(items=tuple(Item.objects.filter(pk__in=keys).order_by("pk")), by=by))
