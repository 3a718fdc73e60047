"""What one can do with a record: `POST .../<number>/<verb>/`, one service behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import may
from p2p.core.facts import Fact, objections
from p2p.core.flow import Flow
from p2p.core.refusal import Refused
from p2p.core.rest.permissions import check_given, check_site, site_of
from p2p.core.runs import Run
from p2p.core.sites import may_at_record, require_at_record

Method = TypeVar("Method", bound=Callable[..., Any])
Ask = Callable[[Any, Any], Fact]
Where = Callable[[Any], Model]


def verb(
    *,
    roles: Sequence[str],
    body: type[serializers.BaseSerializer[Any]] | None = None,
    flow: Flow | None = None,
    step: str = "",
    ask: Ask | None = None,
    answer: type[serializers.BaseSerializer[Any]] | None = None,
    detail: bool = True,
    title: str = "",
    at: Where | None = None,
) -> Callable[[Method], Any]:
    """Decorate a method `(self, record, by, **input) -> result` of a RecordViewSet.

    roles: who may. body: the input's serializer. flow, step: the transition it takes (step is the method's name
    when not given). ask: the fact that is asked before it, built from (record, user). Both are read for
    `blocked_by` without trying. answer: the serializer of the result; without one a record of the view's own
    model, a Run (202), a dict or None (204) are understood. `detail=False` acts on the list: no record is given.
    at: the record where the role must be held, when that is not the record itself.
    """

    def around(method: Method) -> Any:
        name = step or method.__name__

        @wraps(method)
        def act(self: Any, request: Request, **_kwargs: Any) -> Response:
            given = _input(self, request, body)
            check_given(self, given)
            record = self.get_object() if detail else None
            if detail:
                _check_place(self, record, roles, at)
            try:
                result = (
                    method(self, record, request.user, **given)
                    if detail
                    else method(self, request.user, **given)
                )
            except Refused as no:
                no.blocked_by = blocked_by(flow, name, ask, record, request.user) or [str(no)]  # type: ignore[attr-defined]
                raise
            return respond(self, result, answer)

        act.verb_roles = tuple(roles)  # type: ignore[attr-defined]
        act.verb_reads = (flow, name, ask)  # type: ignore[attr-defined]
        act.verb_at = at  # type: ignore[attr-defined]
        act.verb_body = body  # type: ignore[attr-defined]
        act.verb_answer = answer  # type: ignore[attr-defined]
        act.verb_title = title or method.__name__.replace("_", " ").capitalize()  # type: ignore[attr-defined]
        return action(detail=detail, methods=["post"], url_path=method.__name__.replace("_", "-"))(act)

    return around


def _check_place(view: Any, record: Any, roles: Sequence[str], at: Where | None) -> None:
    if at is None:
        check_site(view, record)
    else:
        require_at_record(view.request.user, at(record), *roles)


def _input(
    view: Any, request: Request, body: type[serializers.BaseSerializer[Any]] | None
) -> Mapping[str, Any]:
    if body is None:
        return {}
    form = body(data=request.data, context=view.get_serializer_context())
    form.is_valid(raise_exception=True)
    given: Mapping[str, Any] = form.validated_data
    return given


def blocked_by(flow: Flow | None, step: str, ask: Ask | None, record: Model | None, user: Any) -> list[str]:
    """Every reason why the step is not possible now; empty when it is."""
    said: list[str] = []
    if record is None:
        return said
    if flow is not None and step in flow.steps:
        no = flow.refusal(record, step)
        if no is not None:
            return [str(no)]
    if ask is not None:
        said += objections(ask(record, user))
    return said


def respond(view: Any, result: Any, answer: type[serializers.BaseSerializer[Any]] | None) -> Response:
    """The result of a service as a response."""
    if result is None:
        return Response(status=204)
    if answer is not None:
        many = isinstance(result, (list, tuple))
        return Response(answer(result, many=many, context=view.get_serializer_context()).data)
    if isinstance(result, Run) and result.state == Run.State.QUEUED:
        address = f"/api/v1/core/runs/{result.number}/"
        return Response(
            {"run": result.number, "state": result.state, "url": address}, 202, headers={"Location": address}
        )
    if isinstance(result, view.get_queryset().model):
        fresh = view.get_queryset().get(pk=result.pk)
        return Response(view.get_serializer(fresh).data)
    if isinstance(result, Model):
        return Response({"record": str(result), "type": result._meta.label_lower, "id": result.pk})
    return Response(result)


def verbs_of(view: Any, record: Model) -> dict[str, Any]:
    """Every verb of a record's view: whether it is possible for this user now, and if not, why."""
    found: dict[str, Any] = {}
    site = site_of(view, record)
    for method in type(view).get_extra_actions():
        roles = getattr(method, "verb_roles", None)
        if roles is None or not method.detail:
            continue
        flow, step, ask = method.verb_reads
        reasons = blocked_by(flow, step, ask, record, view.request.user)
        at, user = method.verb_at, view.request.user
        allowed = may_at_record(user, at(record), *roles) if at else may(user, *roles, site=site)
        found[method.url_path] = {"allowed": allowed, "blocked_by": reasons}
    return found
