"""The change feed: `GET /api/v1/core/events/?after=<id>`, gap-free, cheap to poll."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import feed
from p2p.core.access import sites_of
from p2p.core.digits import whole
from p2p.core.rest.edge import EdgeViewSet
from p2p.core.rest.pages import page_size


class EventSerializer(serializers.Serializer[Any]):
    """What happened to one record."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    fact = serializers.CharField()
    record_type = serializers.CharField()
    record_id = serializers.IntegerField(allow_null=True)
    record = serializers.CharField()
    site = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    payload = serializers.DictField()


class EventApi(EdgeViewSet):
    """Everything that happened, in order, nothing twice, nothing left out. See core/feed.py for how."""

    serializer_class = EventSerializer
    filters = ("after", "fact", "record_type", "record_id", "site")

    @extend_schema(
        parameters=[
            OpenApiParameter("after", str, description="the last id you have; `latest` begins now"),
            OpenApiParameter(
                "fact", str, description="names, comma-separated; `planning.*` means all of an app"
            ),
            OpenApiParameter("record_type", str),
            OpenApiParameter("record_id", int),
            OpenApiParameter("limit", int),
        ],
        responses=EventSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Events after an id. Ask again with the `after` of the answer; send its ETag as If-None-Match."""
        query, until = request.query_params, feed.horizon()
        after, size = _after(query.get("after", ""), until), page_size(query.get("limit", ""))
        etag = f'"{after}-{until}-{request.user.pk}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers={"ETag": etag})
        rows = feed.events(
            after=after,
            until=until,
            facts=_names(query.get("fact", "")),
            record_types=_names(query.get("record_type", "")),
            scopes=sites_of(request.user),
        )
        if query.get("record_id"):
            rows = rows.filter(record_id=_number("record_id", query["record_id"]))
        found = list(rows.select_related("by")[:size])
        reached = found[-1].pk if len(found) == size else max(until, after)
        body = {"results": [feed.as_json(row) for row in found], "after": reached, "more": len(found) == size}
        return Response(body, headers={"ETag": etag, "Cache-Control": "no-cache"})


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _number(name: str, text: str) -> int:
    number = whole(text)
    if number is None:
        raise exceptions.ValidationError({name: _("{text} is not a whole number.").format(text=text[:40])})
    return number


def _after(text: str, until: int) -> int:
    return until if text == "latest" else _number("after", text or "0")
