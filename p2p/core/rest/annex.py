"""Attachments and comments of any record, one's inbox: resources that point at records by type and number."""

from __future__ import annotations

from functools import reduce
from typing import Any, cast

from django.apps import apps
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role, sites_of
from p2p.core.digits import whole
from p2p.core.layers import layer_of
from p2p.core.models import Attachment, Comment, Notification, User
from p2p.core.rest.serializers import RecordSerializer, VerbSerializer
from p2p.core.rest.verbs import verb
from p2p.core.rest.viewsets import RecordViewSet
from p2p.core.services.attachments import attach
from p2p.core.services.comments import comment
from p2p.core.services.notices import mark_read

ABOUT = {"record_type": "record_type", "record_id": "record_id"}


def record_at(user: Any, label: str, key: Any) -> Model:
    """The record a file or comment is for, if this user may see its site; 404 otherwise."""
    found: Model | None = None
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        model = None
    if model is not None and layer_of(model.__module__):
        found = model._base_manager.filter(pk=key).first()
    codes = sites_of(user)
    seen_at = _seen_at(found)
    if found is None or (codes is not None and seen_at and not seen_at & codes):
        raise Http404(_("There is no {what} {key}.").format(what=label, key=key))
    return found


def _seen_at(record: Any) -> set[str]:
    """Its own site's code, and those of the sites which `seen_at` of its model leads to."""
    codes = {getattr(getattr(record, "site", None), "code", "")}
    for path in getattr(record, "seen_at", ()):
        codes.add(reduce(lambda there, name: getattr(there, name, ""), path.split("__"), record))
    return codes - {""}


class AboutRecords(RecordViewSet):
    """Rows about a record of any app: who may not see every site names the record, and must see that."""

    def list(self, request: Request) -> Response:
        """Those of one record (`?record_type=&record_id=`), or of all for people of all sites."""
        query = request.query_params
        if query.get("record_type") and whole(query.get("record_id", "")) is not None:
            record_at(request.user, query["record_type"], query["record_id"])
        elif sites_of(request.user) is not None:
            raise exceptions.ValidationError({"record_type": _("Name record_type and record_id.")})
        return super().list(request)

    def get_object(self) -> Any:
        row = super().get_object()
        record_at(self.request.user, row.record_type, row.record_id)
        return row


class AttachmentSerializer(RecordSerializer):
    """A file; its bytes are at `content/` below it."""

    content = serializers.FileField(write_only=True)

    class Meta:
        model = Attachment
        fields = (
            "id", "record_type", "record_id", "name", "version", "content", "content_type", "size", "sha256",
            "note", "added_by", "added_at",
        )  # fmt: skip
        read_only_fields = ("name", "version", "content_type", "size", "sha256", "added_by", "added_at")
        validators: tuple[Any, ...] = ()


def _attach(*, record_type: str, record_id: int, content: Any, note: str = "", by: User) -> Attachment:
    record = record_at(by, record_type, record_id)
    return attach(record=record, name=str(content.name), content=content, note=note, by=by)


class AttachmentApi(AboutRecords):
    """Files on records: `record_type` is `planning.productionorder`, `record_id` its id in the feed."""

    queryset = Attachment.objects.all()
    serializer_class = AttachmentSerializer
    key = "pk"
    filters = {**ABOUT, "name": "name", "sha256": "sha256"}
    order = ("record_type", "record_id", "name", "-version")
    parser_classes = (MultiPartParser,)
    write_roles = tuple(Role)
    adds = staticmethod(_attach)

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, number: str) -> HttpResponseBase:
        """The bytes, always as a download: a file of a user's is never run in the browser."""
        file = self.get_object()
        answer = FileResponse(
            file.content.open("rb"), as_attachment=True, filename=file.name, content_type=file.content_type
        )
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


class CommentSerializer(RecordSerializer):
    """What somebody said."""

    class Meta:
        model = Comment
        fields = ("id", "record_type", "record_id", "text", "by", "at", "edited_at")
        read_only_fields = ("by", "at", "edited_at")


def _comment(*, record_type: str, record_id: int, text: str, by: User) -> Comment:
    return comment(record=record_at(by, record_type, record_id), text=text, by=by)


class CommentApi(AboutRecords):
    """Comments on records; `@username` calls somebody."""

    queryset = Comment.objects.all()
    serializer_class = CommentSerializer
    key = "pk"
    filters = {**ABOUT, "by": "by__username"}
    searches = ("text",)
    order = ("id",)
    write_roles = tuple(Role)
    adds = staticmethod(_comment)


class NoticeSerializer(RecordSerializer):
    """A line in the inbox."""

    class Meta:
        model = Notification
        fields = ("id", "kind", "text", "url", "record_type", "record_id", "at", "read_at")


class ReadSerializer(VerbSerializer):
    """Which lines; all when none is named."""

    notices = serializers.ListField(child=serializers.IntegerField(), required=False, allow_null=True)


class NoticeApi(RecordViewSet):
    """One's own inbox, newest first."""

    queryset = Notification.objects.all()
    serializer_class = NoticeSerializer
    key = "pk"
    filters = {"kind": "kind", "unread": "read_at__isnull"}
    order = ("-id",)

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(to_id=cast(int, self.request.user.pk))

    @verb(roles=tuple(Role), body=ReadSerializer, detail=False)
    def read(self, by: User, *, notices: list[int] | None = None) -> dict[str, int]:
        """Mark them as read."""
        return {"marked": mark_read(notices=notices, by=by)}
