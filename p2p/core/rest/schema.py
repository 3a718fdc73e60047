"""What the OpenAPI description says beyond the serializers: list parameters, keys, problems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.types import OpenApiTypes
from rest_framework.fields import Field
from rest_framework.generics import GenericAPIView
from rest_framework.relations import ManyRelatedField, PrimaryKeyRelatedField, RelatedField

from p2p.core.layers import layer_of
from p2p.core.rest.once import HEADER

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_PROBLEM = {
    "type": "object",
    "required": ["code", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "code": {"type": "string", "description": "stable, for programs"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "one sentence for people"},
        "field": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "blocked_by": {"type": "array", "items": {"type": "string"}},
    },
}
_ERRORS = {
    "400": "The input is wrong; every place is named.",
    "401": "Not logged in.",
    "403": "Not allowed.",
    "404": "There is no such record.",
    "409": "Refused: not possible now, and why.",
}


def _parameter(name: str, about: str, **more: Any) -> dict[str, Any]:
    where = more.pop("where", "query")
    return {
        "name": name,
        "in": where,
        "required": False,
        "description": about,
        "schema": {"type": "string"},
        **more,
    }


class HouseSchema(AutoSchema):
    """drf-spectacular's own, plus what the house adds to every resource."""

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part]
        return [parts[2] if len(parts) > 2 else "core"]

    def get_override_parameters(self) -> list[Any]:
        return []

    def is_list_view(self, *args: Any, **kwargs: Any) -> bool:
        return False

    def get_request_serializer(self) -> Any:
        return getattr(self._method(), "verb_body", None) or (
            None if hasattr(self._method(), "verb_roles") else super().get_request_serializer()
        )

    def get_response_serializers(self) -> Any:
        return getattr(self._method(), "verb_answer", None) or super().get_response_serializers()

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Related records and fields of an app's own are shown by their key: text, also outside any model."""
        meta: Any = super()._get_serializer_field_meta
        if isinstance(field, ManyRelatedField):
            key: Any = self._map_serializer_field(field.child_relation, direction)
            return append_meta({"type": "array", "items": key}, meta(field, direction))
        if isinstance(field, RelatedField) or _own(field):
            kind = "integer" if isinstance(field, PrimaryKeyRelatedField) else "string"
            return append_meta({"type": kind}, meta(field, direction))
        whole: Any = super()._map_serializer_field
        return whole(field, direction, bypass_extensions)

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        """`PlanningOrder`: two apps may each have an Order."""
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        kind = type(getattr(serializer, "child", serializer))
        app = layer_of(kind.__module__).rpartition(".")[2].capitalize()
        return name if name.startswith(app) else f"{app}{name}"

    def _get_serializer(self) -> Any:
        view: Any = self.view
        declared = getattr(view, "serializer_class", None) is not None
        if not declared and type(view).get_serializer_class is GenericAPIView.get_serializer_class:
            return OpenApiTypes.OBJECT
        usual: Any = super()._get_serializer
        return usual()

    def _method(self) -> Any:
        return getattr(type(self.view), getattr(self.view, "action", None) or "", None)

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        extra = self._list_parameters() if self._lists() else []
        if self.method in WRITES:
            about = "Any text of yours, up to 200 characters: the request takes effect once, however often it is sent."
            extra.append(_parameter(HEADER, about, where="header"))
        if extra:
            operation["parameters"] = [*operation.get("parameters", []), *extra]
        for status, about in _ERRORS.items():
            operation["responses"].setdefault(
                status, {"description": about, "content": {"application/problem+json": {"schema": _PROBLEM}}}
            )
        if self._lists():
            _page(operation)
        return operation

    def _lists(self) -> bool:
        return getattr(self.view, "action", "") == "list" and hasattr(self.view, "orderings")

    def _list_parameters(self) -> list[dict[str, Any]]:
        view: Any = self.view
        found = [
            _parameter(name, f"{path}; several values with commas") for name, path in view.filters.items()
        ]
        found += [_parameter(name, about) for name, about in view.asks.items()]
        if view.searches:
            found.append(_parameter("search", "Every word must be in: " + ", ".join(view.searches)))
        if view.orderings:
            names = ", ".join(view.orderings)
            found.append(_parameter("order", f"Columns, with - for descending: {names}"))
        expandable = getattr(view.get_serializer_class(), "expandable", {})
        if expandable:
            found.append(_parameter("expand", "Whole records in place of keys: " + ", ".join(expandable)))
        limit = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
        found.append(_parameter("limit", "Rows of a page", schema=limit))
        found.append(_parameter("cursor", "Where the page begins: `cursor` of the page before"))
        return found


def _own(field: Any) -> bool:
    """A field of an app's own making, based on none of the framework's kinds."""
    kinds = [kind for kind in type(field).__mro__ if kind.__module__.startswith("rest_framework")]
    return kinds[0] is Field


def _page(operation: dict[str, Any]) -> None:
    """The answer of a list is a page around the rows."""
    for media in operation["responses"].get("200", {}).get("content", {}).values():
        row = media["schema"]
        media["schema"] = {
            "type": "object",
            "required": ["results", "next", "cursor"],
            "properties": {
                "results": {"type": "array", "items": row.get("items", row)},
                "next": {"type": "string", "format": "uri", "nullable": True},
                "cursor": {"type": "string", "nullable": True},
            },
        }


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Bearer tokens, as the description names them."""

    target_class = "p2p.core.rest.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer p2p_..."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session; writes carry the CSRF token."""

    target_class = "p2p.core.rest.authentication.Session"
    name = "session"

    def get_security_definition(self, _schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
