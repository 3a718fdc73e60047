"""Rows of any model, made from its columns, so that every list can be looked at with one row and with thirty."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.utils import DatabaseError

from p2p.core import clock
from p2p.inventory.models import AttributeRule, CountClass, Move, Reservation, StockRule, SupplyRule
from strategies.models import Characteristic, InstructionStep, Resource, ResourceCalendar, RouteOperation
from tests.factories import make_calendar, make_item, make_site, make_user

_count = itertools.count(1)


def _move() -> Any:
    """The ledger refuses what is not there: a move comes from outside."""
    site = make_site()
    store, outside = site.locations.get(code="STORE"), site.locations.get(code="SUPPLIER")
    row = {"item": make_item(), "source": outside, "target": store, "quantity": 1}
    return Move.objects.create(kind="receipt", effective_at=clock.now(), by=make_user(), **row)


def _reservation() -> Any:
    there = _move()
    return Reservation.objects.create(location=there.target, item=there.item, quantity=1, by=make_user())


def _dated_calendar() -> Any:
    """Of a resource or of a work centre, never of both."""
    resource = make_row(Resource, 1)
    return ResourceCalendar.objects.create(resource=resource, calendar=make_calendar())


MADE: dict[str, Callable[[], Any]] = {
    "inventory.Move": _move,
    "inventory.Reservation": _reservation,
    "strategies.ResourceCalendar": _dated_calendar,
}
"""Models whose rules need a word: label -> a function that makes one row."""


def _step() -> Any:
    """A step belongs to one operation: of a route or of the library."""
    operation = make_row(RouteOperation, 1)
    columns = {"position": next(_count), "text": "Look", "characteristic": make_row(Characteristic, 1)}
    return InstructionStep.objects.create(operation=operation, **columns)


MADE["strategies.InstructionStep"] = _step


def _attribute_rule() -> Any:
    """Of an item or of a group, never of both."""
    return AttributeRule.objects.create(item=make_item(), characteristic=make_row(Characteristic, 1))


def _stock_rule() -> Any:
    return StockRule.objects.create(item=make_item(), site=make_site(), count_class=make_row(CountClass, 1))


def _supply_rule() -> Any:
    """A minimum and a maximum, or a card and bins."""
    site = make_site()
    store = site.locations.get(code="STORE")
    return SupplyRule.objects.create(item=make_item(), location=store, minimum=1, maximum=2)


MADE["inventory.AttributeRule"] = _attribute_rule
MADE["inventory.StockRule"] = _stock_rule
MADE["inventory.SupplyRule"] = _supply_rule


class CannotMake(Exception):
    """The columns alone do not say how; put a maker into MADE."""


def make_row(model: type[models.Model], depth: int = 0) -> Any:
    """One new row with new rows behind all its relations."""
    maker = MADE.get(model._meta.label)
    if maker:
        return maker()
    if depth > 6:
        raise CannotMake(f"{model._meta.label}: its relations never end")
    # Optional relations are what queries per row are made of, so the listed row gets them where its rules allow.
    tries = (_everything, _links, _needed) if depth == 0 else (_needed, _everything)
    problem: Exception | None = None
    for wanted in tries:
        try:
            with transaction.atomic():
                fields = [one for one in model._meta.concrete_fields if not one.primary_key and wanted(one)]
                return model._base_manager.create(**{one.name: value_of(one, depth) for one in fields})
        except (DatabaseError, CannotMake) as refused:
            problem = refused
    raise CannotMake(f"{model._meta.label}: {problem}") from problem


def _needed(field: models.Field[Any, Any]) -> bool:
    return (
        not field.null
        and not field.has_default()
        and not (field.blank and isinstance(field, models.CharField))
    )


OTHER_NEEDS = ("for_demand", "for_proposal")
"""What is made for a component line of an order is made for nothing else."""


def _links(field: models.Field[Any, Any]) -> bool:
    return _needed(field) or (
        isinstance(field, models.ForeignKey)
        and field.remote_field.model != field.model
        and field.name not in OTHER_NEEDS
    )


def _everything(field: models.Field[Any, Any]) -> bool:
    return _links(field) or isinstance(field, models.DecimalField)


def value_of(field: models.Field[Any, Any], depth: int) -> Any:
    """A value the column takes, different every time where it can be."""
    number = next(_count)
    if isinstance(field, models.ForeignKey):
        return make_row(field.remote_field.model, depth + 1)
    if field.choices:
        return next(iter(dict(field.flatchoices)))
    if isinstance(field, (models.CharField, models.TextField)):
        return f"X{number}"[-(field.max_length or 20) :]
    if isinstance(field, models.DecimalField):
        return Decimal(1)
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.IntegerField):
        return number % 30000
    if isinstance(field, models.DateTimeField):
        return clock.now()
    if isinstance(field, models.DateField):
        return date(2026, 1, 1) + timedelta(days=number % 300)
    return _rare_value(field, number)


def _rare_value(field: models.Field[Any, Any], number: int) -> Any:
    for kind, value in (
        (models.TimeField, time(8)),
        (models.DurationField, timedelta(hours=1)),
        (models.JSONField, {}),
        (ArrayField, []),
        (models.FileField, ContentFile(b"x", name=f"x{number}.txt")),
        (models.UUIDField, None),
        (models.BinaryField, b"x"),
    ):
        if isinstance(field, kind):
            return value
    raise CannotMake(f"{field}: a {type(field).__name__} has no sample value")


def now() -> datetime:
    """For makers."""
    return clock.now()
