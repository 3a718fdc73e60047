"""What every API view shares: the key that makes a write count once, problems as JSON, known parameters only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from p2p.core.rest.authentication import Session, TokenAuthentication
from p2p.core.rest.json import JsonParser
from p2p.core.rest.once import once
from p2p.core.rest.permissions import RoleAllowed

EVERYWHERE = frozenset({"limit", "cursor", "format"})


class EdgeViewSet(GenericViewSet[Any]):
    """Base of views that are not a table of records. `filters` names the query parameters they know."""

    filters: ClassVar[Any] = ()
    authentication_classes: Any = (TokenAuthentication, Session)
    permission_classes: Any = (RoleAllowed,)
    pagination_class = None
    filter_backends = ()
    parser_classes: Any = (JsonParser,)
    renderer_classes: Any = (JSONRenderer,)
    lookup_value_regex = "[^/]+"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """DRF's own, with the handler inside `once`: authentication and permission come first, then the key."""
        self.args, self.kwargs = args, kwargs
        request = self.initialize_request(request, *args, **kwargs)
        self.request = request
        self.headers = self.default_response_headers
        try:
            self.initial(request, *args, **kwargs)
            known = (request.method or "").lower() in self.http_method_names
            handler = getattr(self, request.method.lower(), None) if known else None
            act = handler or self.http_method_not_allowed
            response = once(request, lambda: act(request, *args, **kwargs), self._rendered)
        except Exception as error:  # DRF's border: handle_exception raises again what it does not know
            response = self.handle_exception(error)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Unknown parameters of a list are refused: a misspelt filter must not show everything."""
        super().initial(request, *args, **kwargs)
        if getattr(self, "action", "") == "list":
            self.check_parameters(request.query_params, self.filters)

    def check_parameters(self, query: Collection[str], known: Collection[str]) -> None:
        """One sentence for the first name nobody knows."""
        unknown = sorted(set(query) - set(known) - EVERYWHERE)
        if unknown:
            names = ", ".join(sorted({*known, "limit"}))
            raise exceptions.ValidationError(
                {unknown[0]: _("There is no such parameter; this list knows: {names}.").format(names=names)}
            )

    def _rendered(self, response: Any) -> Any:
        finished = self.finalize_response(self.request, response, *self.args, **self.kwargs)
        return finished.render() if hasattr(finished, "render") else finished

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """An answer kept from an earlier request is complete as it is; a problem is JSON whatever was accepted."""
        if isinstance(response, HttpResponse) and not isinstance(response, Response):
            return response
        if isinstance(response, Response) and response.status_code >= 400:
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), "application/json"
        return super().finalize_response(request, response, *args, **kwargs)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """405 as a problem."""
        raise exceptions.MethodNotAllowed(request.method)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Which methods there are; what they take is in the schema."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
