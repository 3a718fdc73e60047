"""REST of counts: made, entered, submitted, decided, posted; their places and lines; accuracy and classes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import clock
from p2p.core.access import Role, sites_of
from p2p.core.refusal import Refused
from p2p.core.rest import RecordViewSet, verb
from p2p.inventory.models import Count, CountLine
from p2p.inventory.models.count import COUNT_FLOW
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.serializers import counts as serializers
from p2p.inventory.services.classes import classify
from p2p.inventory.services.count_again import recount
from p2p.inventory.services.count_entry import Entry, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import cancel_count, create_count

COUNTERS = (Role.OPERATOR, Role.SUPERVISOR, Role.INTEGRATOR)
APPROVERS = (Role.SUPERVISOR,)


class CountApi(RecordViewSet):
    queryset = selectors.counts()
    serializer_class = serializers.CountSerializer
    filters = {
        "site": "site__code",
        "state": "state",
        "kind": "kind",
        "after": "planned_on__gte",
        "reference": "reference",
        "reason": "reason__code",
    }
    searches = ("number", "note", "reference")
    orderings = ("number", "planned_on")
    order = ("-id",)
    site_path = "site__code"
    write_roles = APPROVERS
    adds = staticmethod(create_count)

    @verb(roles=COUNTERS, body=serializers.EnterInput, answer=serializers.CountPlaceSerializer)
    def enter(self, record: Any, by: Any, *, place: Any, found: Any) -> Any:
        """All that was found at one place; nothing means that it is empty."""
        if place.count_id != record.pk:
            raise Refused(_("This place is of another count."), field="place")
        enter(entries=[Entry(place=place, found=found)], by=by)
        return selectors.places(record).get(pk=place.pk)

    @verb(roles=COUNTERS, flow=COUNT_FLOW)
    def submit(self, record: Any, by: Any) -> Any:
        """All places are counted: what is small is accepted, the rest waits; nothing waiting is posted."""
        return submit_count(count=record, by=by)

    @verb(roles=APPROVERS, body=serializers.AgainInput)
    def recount(self, record: Any, by: Any, *, places: Any, lines: list[int]) -> Any:
        """Have lines counted once more, or what is not decided yet at places; the rest stays."""
        chosen = list(selectors.current_lines(record).filter(pk__in=lines)) if lines else []
        if len(chosen) != len(set(lines)) or any(place.count_id != record.pk for place in places):
            raise Refused(_("Name lines and places of this count."), code="other_count", about=record)
        return recount(places=places, lines=chosen, by=by)

    @verb(roles=APPROVERS, body=serializers.DecideInput, answer=serializers.CountLineSerializer)
    def accept(self, record: Any, by: Any, *, lines: list[int], reason: Any = None) -> Any:
        """The books follow what was found."""
        decide(lines=_chosen(record, lines), accepted=True, reason=reason, by=by)
        return list(selectors.current_lines(record))

    @verb(roles=APPROVERS, body=serializers.DecideInput, answer=serializers.CountLineSerializer)
    def reject(self, record: Any, by: Any, *, lines: list[int], reason: Any = None) -> Any:
        """The books stay as they are."""
        decide(lines=_chosen(record, lines), accepted=False, reason=reason, by=by)
        return list(selectors.current_lines(record))

    @verb(roles=APPROVERS, body=serializers.PostCountInput, flow=COUNT_FLOW)
    def post(self, record: Any, by: Any, *, reason: Any = None) -> Any:
        """Post what was accepted, in one piece."""
        return post_count(count=record, reason=reason, by=by)

    @verb(roles=APPROVERS, flow=COUNT_FLOW)
    def cancel(self, record: Any, by: Any) -> Any:
        """Give it up."""
        return cancel_count(count=record, by=by)

    @verb(roles=APPROVERS, body=serializers.SiteInput, answer=serializers.ClassedSerializer, detail=False)
    def classify(self, by: Any, *, site: Any) -> Any:
        """Write the count class that follows from a year's use into the rules of the items of a site."""
        return classify(site=site, by=by)

    @action(detail=False, methods=["get"])
    def accuracy(self, request: Request) -> Response:
        """Inventory record accuracy by month, of two years."""
        since = (clock.today() - timedelta(days=730)).replace(day=1)
        found = selectors.accuracy(sites_of(request.user), since)
        return Response({"results": serializers.AccuracySerializer(found, many=True).data})


def _chosen(count: Count, keys: list[int]) -> list[CountLine]:
    """The named lines of this count, or all that wait."""
    rows = selectors.current_lines(count)
    return list(rows.filter(pk__in=keys) if keys else rows.filter(accepted__isnull=True))


class CountPlaceApi(RecordViewSet):
    queryset = selectors.places()
    serializer_class = serializers.CountPlaceSerializer
    key = "id"
    filters = {
        "count": "count__number",
        "state": "state",
        "location": "location__code",
        "item": "item__number",
    }
    orderings = ("id",)
    order = ("id",)
    site_path = "count__site__code"


class CountLineApi(RecordViewSet):
    """The last attempt at each place."""

    queryset = selectors.lines().filter(attempt=F("place__attempt"))
    serializer_class = serializers.CountLineSerializer
    key = "id"
    filters = {
        "count": "place__count__number",
        "location": "place__location__code",
        "item": "item__number",
        "waiting": "accepted__isnull",
    }
    searches = ("item__number", "place__location__code", "lot__number", "serial__number")
    orderings = ("id",)
    order = ("id",)
    site_path = "place__count__site__code"
