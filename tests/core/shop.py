"""Resources that only the core's tests mount: the API edge over real rows, without any app's rules."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Length
from django.urls import include, path
from rest_framework import serializers

from p2p.core import runs
from p2p.core.access import Role
from p2p.core.facts import Fact, ask, tell
from p2p.core.refusal import Refused
from p2p.core.rest import Expand, KeyField, RecordSerializer, RecordViewSet, Routes, VerbSerializer, verb
from strategies.models import ImportRun, Item, Location, Unit
from tests.core.facts import Painted

meeting, tried = threading.Barrier(2), 0


@dataclass(frozen=True, kw_only=True)
class Starting(Fact):
    """May this import begin?"""

    run: ImportRun

    def about(self) -> Sequence[Model]:
        return (self.run,)


class UnitSerializer(RecordSerializer):
    class Meta:
        model = Unit
        fields = ("code", "name", "digits")


class ItemSerializer(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {"unit": Expand(UnitSerializer, select=("unit",))}

    class Meta:
        model = Item
        fields = ("number", "name", "kind", "group", "unit", "list_price", "active")
        money = ("list_price",)


@transaction.atomic
def add_item(*, by: Any, **given: Any) -> Item:
    """What a service does: write, tell."""
    item = Item.objects.create(**given)
    tell(Painted(things=(item,), by=by))
    if item.name == "refused":
        raise Refused("Nobody makes that.", code="unmakeable", field="name")
    return item


@transaction.atomic
def change_item(*, item: Item, by: Any, **given: Any) -> Item:
    Item.objects.filter(pk=item.pk).update(**given)
    return item


@transaction.atomic
def remove_item(*, item: Item, by: Any) -> None:
    item.delete()


class ItemApi(RecordViewSet):
    """Items."""

    queryset = Item.objects.annotate(letters=Length("name"))
    serializer_class = ItemSerializer
    filters = {
        "kind": "kind",
        "unit": "unit__code",
        "price_above": "list_price__gt",
        "active": "active",
        "letters": "letters",
    }
    searches = ("number", "name")
    orderings = ("number", "list_price", "unit__code", "letters")
    write_roles = (Role.ENGINEER,)
    adds, changes, removes = add_item, change_item, remove_item
    upserts = True


class LocationSerializer(RecordSerializer):
    class Meta:
        model = Location
        fields = ("site", "code", "name", "kind")


class WithSerializer(VerbSerializer):
    code = serializers.CharField()


class PlaceSerializer(VerbSerializer):
    places = KeyField(
        key="code", queryset=Location.objects.filter(code="STORE", site__code="SOUTH"), many=True
    )


class LocationApi(RecordViewSet):
    """Locations: a key of two columns, rows of the user's sites."""

    queryset = Location.objects.all()
    serializer_class = LocationSerializer
    key = ("site__code", "code")
    site_path = "site__code"
    write_roles = (Role.ENGINEER,)
    upserts = True

    @verb(roles=(Role.ENGINEER,))
    def close(self, location: Location, by: Any) -> Location:
        """Nothing more may go there."""
        Location.objects.filter(pk=location.pk).update(active=False)
        return location

    @verb(roles=(Role.ENGINEER,), body=PlaceSerializer, detail=False)
    def clear(self, by: Any, *, places: list[Location]) -> dict[str, int]:
        """Of many at once."""
        return {"cleared": len(places)}

    @verb(roles=(Role.ENGINEER,), body=WithSerializer)
    def rename_with(self, location: Location, by: Any, *, code: str) -> Location:
        """Takes two locks in the order the caller wants: what services must never do."""
        global tried  # noqa: PLW0603 (counted for the test)
        tried += 1
        Location.objects.filter(pk=location.pk).update(name=f"with {location.code}")
        if tried <= 2:  # who is done again meets nobody
            with suppress(threading.BrokenBarrierError):
                meeting.wait(30)
        Location.objects.filter(site=location.site, code=code).update(name=f"with {location.code}")
        return location


class JobSerializer(RecordSerializer):
    class Meta:
        model = ImportRun
        fields = ("id", "title", "state", "phase")


class BeginSerializer(VerbSerializer):
    phase = serializers.CharField(max_length=20)


class JobApi(RecordViewSet):
    """Imports, for their verbs."""

    queryset = ImportRun.objects.all()
    serializer_class = JobSerializer
    key = "pk"

    @verb(
        roles=(Role.PLANNER,),
        body=BeginSerializer,
        flow=runs.Run.FLOW,
        ask=lambda run, by: Starting(run=run, by=by),
    )
    def begin(self, run: ImportRun, by: Any, *, phase: str) -> ImportRun:
        """Begin it by hand."""
        ask(Starting(run=run, by=by))
        runs.Run.FLOW.take(run, "begin", phase=phase)
        return run

    @verb(roles=(Role.PLANNER,), detail=False)
    def new(self, by: Any) -> ImportRun:
        """Start one."""
        return runs.start(run=ImportRun(title="by API"), by=by)


routes = Routes("shop")
routes.add("items", ItemApi)
routes.add("locations", LocationApi)
routes.add("jobs", JobApi)
urlpatterns = [path("api/v1/shop/", include(routes.urls)), path("api/v1/core/", include("p2p.core.api"))]
