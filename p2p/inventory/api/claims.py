"""REST of reservations: soft ones, what they become, and what is reserved at places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from p2p.core.access import Role, require
from p2p.core.rest import RecordViewSet, verb
from p2p.inventory import selectors
from p2p.inventory.api.base import WRITERS
from p2p.inventory.models import Reservation
from p2p.inventory.serializers.claims import (
    AllocateInput,
    AllocationSerializer,
    ClaimChangeSerializer,
    ClaimSerializer,
    NeedsInput,
)
from p2p.inventory.serializers.stock import ReservationSerializer
from p2p.inventory.services import allocation, claims, reservations
from p2p.inventory.services.needs import Need
from strategies.models import Item, Site

CLAIMERS = (Role.PLANNER, Role.SUPERVISOR, Role.INTEGRATOR)


def _said(lines: Sequence[allocation.Allotted]) -> dict[str, Any]:
    short = [line for line in lines if line.missing]
    return {"lines": len(lines), "full": len(lines) - len(short), "short": short}


class SoftReservationApi(RecordViewSet):
    queryset = selectors.claims()
    serializer_class = ClaimSerializer
    key = "id"
    filters = {
        "item": "item__number",
        "site": "site__code",
        "lot": "lot__number",
        "reference": "reference",
        "needed_before": "needed_at__lte",
    }
    searches = ("item__number", "item__name", "reference", "lot__number")
    orderings = ("id", "priority", "needed_at", "item__number")
    order = ("priority", "needed_at", "id")
    site_path = "site__code"
    write_roles = CLAIMERS
    record_name = "claim"
    adds, changes = staticmethod(claims.claim_one), staticmethod(claims.change_claim)

    def get_serializer_class(self) -> Any:
        return ClaimChangeSerializer if self.action == "partial_update" else ClaimSerializer

    @verb(roles=CLAIMERS)
    def release(self, record: Any, by: Any) -> None:
        """Give the claimed stock back to everybody."""
        claims.release(claims=[record], by=by)

    @verb(roles=CLAIMERS, answer=AllocationSerializer)
    def allocate(self, record: Any, by: Any) -> Any:
        """Reserve its stock at places, by the picking rule of the item."""
        return _said(allocation.allocate(claims=[record], by=by))

    @verb(roles=CLAIMERS, body=AllocateInput, answer=AllocationSerializer, detail=False)
    def allocate_all(self, by: Any, *, site: Site, item: Item | None, reference: str, ids: list[int]) -> Any:
        """Reserve stock at places for the soft reservations of a site, all in one step."""
        require(by, *CLAIMERS, site=site)
        rows = selectors.claims().filter(site=site)
        rows = rows.filter(item=item) if item else rows
        rows = rows.filter(reference=reference) if reference else rows
        rows = rows.filter(pk__in=ids) if ids else rows
        return _said(allocation.allocate(claims=rows, by=by))


class ReservationApi(RecordViewSet):
    queryset = Reservation.objects.select_related(
        "item", "location__site", "lot", "serial", "handling_unit", "by"
    )
    serializer_class = ReservationSerializer
    key = "id"
    filters = {
        "item": "item__number",
        "site": "location__site__code",
        "location": "location__code",
        "lot": "lot__number",
        "reference": "reference",
    }
    orderings = ("id", "reserved_at")
    order = ("id",)
    site_path = "location__site__code"

    @verb(roles=WRITERS)
    def release(self, record: Any, by: Any) -> None:
        """Give the reserved stock back to everybody."""
        reservations.give_back(reservations=[record], by=by)

    @verb(roles=WRITERS, body=NeedsInput, answer=AllocationSerializer, detail=False)
    def allocate(self, by: Any, *, lines: list[Need]) -> Any:
        """Reserve stock for these needs, each what there is, all in one step."""
        for site in {line.site for line in lines}:
            require(by, *WRITERS, site=site)
        return _said(allocation.allocate(needs=lines, by=by))
