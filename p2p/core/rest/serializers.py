"""Records as JSON: natural keys instead of numbers of rows, decimals as strings, instants in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import DecimalField, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from p2p.core.access import MONEY_ROLES, may
from p2p.core.characters import called
from p2p.core.fields import AmountField, PriceField, QuantityField, RateField, plain

KEYS = ("number", "code", "username", "key", "title", "name")
"""Columns that name a record to people, best first; the first unique one is its natural key."""


def key_of(model: type[Model]) -> str:
    """The natural key column of a model, "pk" when it has none."""
    by_name = {one.name: one for one in model._meta.get_fields()}
    for name in KEYS:
        if getattr(by_name.get(name), "unique", False):
            return name
    return "pk"


class DecimalText(serializers.DecimalField):
    """A decimal as a string without zeros behind the last digit: "12.5"."""

    def to_representation(self, value: Any) -> str:
        return plain(value if isinstance(value, Decimal) else Decimal(str(value)))


class KeyField(serializers.RelatedField[Any, Any, Any]):
    """A related record by its natural key: `"item": "BK-M82S-38"`.

    Rows of a bulk upsert find their record in `context["known"]`, filled with one query for all of them.
    """

    default_error_messages = {
        "does_not_exist": _("There is no {what} {value}."),
        "invalid": _("Give the key of a {what}."),
    }

    beside: ClassVar[tuple[str, ...]] = ()
    """Names of the input that say where the record is looked for, without being fields."""

    def __init__(self, *, key: str = "", **options: Any) -> None:
        self.key = key
        super().__init__(**options)

    def key_name(self, model: type[Model] | None = None) -> str:
        """The column that names the related record."""
        if self.key:
            return self.key
        return key_of(model or self._rows().model)

    def _rows(self) -> QuerySet[Any]:
        rows = self.get_queryset()
        if rows is None:
            raise TypeError(f"{self.field_name} is read only: nothing is looked up by it")
        return rows

    def use_pk_only_optimization(self) -> bool:
        return False

    def to_representation(self, value: Any) -> Any:
        # The user of a request is a stand-in that only says its class.
        return getattr(value, self.key_name(value.__class__))

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, (dict, list, bool)) or data is None:
            self.fail("invalid", what=self._what())
        known = self.context.get("known", {}).get(self.field_name)
        if known is not None:
            found = known.get(called(str(data)))
            if found is None:
                self.fail("does_not_exist", what=self._what(), value=data)
            return found
        try:
            return self._rows().get(**{self.key_name(): data})
        except (ObjectDoesNotExist, ValueError, TypeError):
            self.fail("does_not_exist", what=self._what(), value=data)

    def _what(self) -> str:
        return str(self._rows().model._meta.verbose_name)

    def get_choices(self, cutoff: Any = None) -> Any:
        return {}


@dataclass(frozen=True)
class Expand:
    """What `?expand=name` puts in place of a key, or adds: which serializer, and what to fetch for it."""

    serializer: type[serializers.BaseSerializer[Any]]
    many: bool = False
    source: str = ""
    select: tuple[str, ...] = ()
    prefetch: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


class ObjectField(serializers.JSONField):
    """Words by name: `{"colour": "red", "size": 54}`."""

    default_error_messages = {
        "invalid": _("An object of names and values belongs here."),
        "nested": _("A text, a number, true, false or null belongs here."),
    }

    def to_internal_value(self, data: Any) -> Any:
        said = super().to_internal_value(data)
        if not isinstance(said, dict):
            self.fail("invalid")
        nested = [name for name, value in said.items() if isinstance(value, (dict, list))]
        if nested:
            raise serializers.ValidationError({nested[0]: self.error_messages["nested"]})
        return said


class Strict:
    """What a client sends is taken as it means it: no field that is not there, and none left out of what stands
    inside a record, which is replaced as a whole also where the record itself is changed in part."""

    def to_internal_value(self: Any, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = {name: _("There is no such field.") for name in data if name not in self._known()}
            if self.parent is not None and getattr(self.root, "partial", False):
                needed = (one for one in self._writable_fields if one.required)
                wrong |= {
                    one.field_name: one.error_messages["required"]
                    for one in needed
                    if one.field_name not in data
                }
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)  # type: ignore[misc]  # the serializer beside it

    def _known(self: Any) -> set[str]:
        """Also what an answer holds beside its fields: a record that was read may be sent back."""
        beside = {name for one in self.fields.values() for name in getattr(one, "beside", ())}
        return {*self.fields, *self.expandable, *beside, "verbs"}


class RecordSerializer(Strict, serializers.ModelSerializer[Any]):
    """Base of all record serializers. `expandable` names what may be expanded; `Meta.money` the columns that
    only people with a right to money see."""

    serializer_related_field = KeyField
    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        **dict.fromkeys((DecimalField, QuantityField, PriceField, AmountField, RateField), DecimalText),
    }
    expandable: ClassVar[Mapping[str, Expand]] = {}

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in getattr(self.Meta, "money", ()):
            if not self._sees_money():
                fields.pop(name, None)
        for name in self.context.get("expand", ()):
            wanted = self.expandable.get(name)
            # Only the outermost serializer expands: a name deeper down is another record's business.
            if (
                wanted
                and self.parent in (None,)
                or wanted
                and isinstance(self.parent, serializers.ListSerializer)
            ):
                options = {"read_only": True, "many": wanted.many, **wanted.options}
                if wanted.source and wanted.source != name:
                    options["source"] = wanted.source
                fields[name] = wanted.serializer(context={**self.context, "expand": ()}, **options)
        return fields

    def _sees_money(self) -> bool:
        request = self.context.get("request")
        return request is None or may(request.user, *MONEY_ROLES)

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        kind, options = super().build_standard_field(field_name, model_field)
        if kind is serializers.JSONField and model_field.default is dict:
            kind = ObjectField
        return kind, options

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        kind, options = super().build_relational_field(field_name, relation_info)
        options.pop("view_name", None)
        return kind, options


class VerbSerializer(Strict, serializers.Serializer[Any]):
    """Base of a verb's input: its fields are the parameters of the service, apart from the record and `by`."""

    expandable: ClassVar[Mapping[str, Expand]] = {}
