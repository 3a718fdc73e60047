"""Runs of every kind as one resource: list, look, cancel."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import runs
from p2p.core.access import Role, require
from p2p.core.models import User
from p2p.core.rest.edge import EdgeViewSet
from p2p.core.rest.pages import page_size


class RunSerializer(serializers.Serializer[Any]):
    """One run: where it is, and when it is over what came of it."""

    number = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(runs.Run.State.choices)
    scope = serializers.CharField()
    phase = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)
    problem = serializers.CharField()
    cancel_asked = serializers.BooleanField()
    asked_by = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField()
    began_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(runs.OUTCOMES, allow_blank=True)
    outcome_text = serializers.CharField(allow_blank=True)


class OneRunSerializer(RunSerializer):
    """A run with its settings and summary."""

    settings = serializers.DictField()
    summary = serializers.DictField()
    attempt = serializers.IntegerField()


class RunApi(EdgeViewSet):
    """Long calculations. Started by verbs of other resources; here they are watched and cancelled."""

    serializer_class = RunSerializer
    lookup_url_kwarg = "number"
    write_roles = tuple(Role)
    filters = ("kind", "state", "outcome", "scope", "asked_by")

    @extend_schema(responses=RunSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The latest runs of all kinds, newest first: `?kind= &state= &outcome= &scope= &asked_by= &limit=`.

        A run that is done may have been `refused` or saved `partly`: `outcome`, "" for one that did all of it. To
        ask for those, `outcome=whole`.
        """
        query = request.query_params
        lines = runs.recent_runs(
            limit=page_size(query.get("limit", "")),
            kind=query.get("kind", ""),
            state=query.get("state", ""),
            outcome=query.get("outcome", ""),
            scope=query.get("scope"),
            asked_by=query.get("asked_by", ""),
            seen_by=request.user,
        )
        return Response({"results": RunSerializer(lines, many=True).data, "next": None, "cursor": None})

    @extend_schema(responses=OneRunSerializer)
    def retrieve(self, request: Request, number: str) -> Response:
        """One run."""
        return Response(self._shown(_found(number, request)))

    @extend_schema(request=None, responses=OneRunSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Ask it to stop: whoever started it may, and planners and administrators."""
        run = _found(number, request)
        if run.asked_by_id != request.user.pk:
            require(request.user, Role.PLANNER)
        return Response(self._shown(runs.cancel(run=run, by=cast(User, request.user))))

    def _shown(self, run: runs.Run) -> Any:
        return OneRunSerializer(
            {
                **{name: getattr(runs.line_of(run), name) for name in list(RunSerializer().fields)},
                **_depth(run),
            }
        ).data


def _depth(run: runs.Run) -> dict[str, Any]:
    return {"settings": run.settings, "summary": run.summary, "attempt": run.attempt}


def _found(number: str, request: Request) -> runs.Run:
    run = runs.find_run(number)
    seen = run is not None and type(run)._base_manager.filter(runs.visible(request.user), pk=run.pk).exists()
    if run is None or not seen:
        raise Http404(_("There is no run {number}.").format(number=number))
    return run
