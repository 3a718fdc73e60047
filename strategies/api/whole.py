"""Records whose service takes them whole."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.rest.permissions import check_given, check_moved, check_site
from p2p.core.rest.verbs import respond
from strategies.api.base import SheetViewSet, hold


class WholeViewSet(SheetViewSet):
    """One service writes a record, new or changed; PATCH fills in what is not given from the record."""

    @transaction.atomic
    def partial_update(self, request: Request, number: str) -> Response:
        """Change the fields that are given, through the service."""
        service = type(self).changes
        if service is None:
            raise exceptions.MethodNotAllowed("PATCH")
        hold(self.get_object(), self.holds)
        record = self.get_object()
        check_site(self, record)
        form = self.get_serializer(record, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        check_given(self, form.validated_data)
        whole: dict[str, Any] = {
            one.source: getattr(record, one.source) for one in form.fields.values() if not one.read_only
        }
        whole |= form.validated_data
        check_moved(self, form.validated_data, whole)
        return respond(self, service(**{self._name(): record}, **whole, by=request.user), None)
