"""REST resources of costing."""

from __future__ import annotations

from typing import Any

from costing.models import CostElement, CostVersion, Entry, ItemCost, ItemPrice, Settlement
from costing.models.version import COST_VERSION_FLOW
from costing.serializers import (
    ElementRecord,
    EntryRecord,
    ItemCostRecord,
    ItemPriceRecord,
    SetPrices,
    SetRates,
    SettlementRecord,
    VersionRecord,
)
from costing.services.rollup import roll
from costing.services.version import activate, open_version, set_prices, set_rates
from p2p.core.access import MONEY_ROLES, Role
from p2p.core.rest import RecordViewSet, Routes, verb

ACCOUNTANT = (Role.COST_ACCOUNTANT,)


class Versions(RecordViewSet):
    """Cost versions."""

    queryset = CostVersion.objects.all()
    serializer_class = VersionRecord
    site_path = "site__code"
    read_roles, write_roles = MONEY_ROLES, ACCOUNTANT
    filters = {"state": "state", "kind": "kind", "site": "site__code"}
    searches = ("code", "name")
    order = ("code",)
    adds = staticmethod(open_version)

    @verb(roles=ACCOUNTANT, title="Roll up", flow=COST_VERSION_FLOW, step="activate")
    def roll_up(self, version: CostVersion, by: Any) -> Any:
        """Calculate all standard costs of a pending version; answers with the run."""
        return roll(version=version, by=by)

    @verb(roles=ACCOUNTANT, flow=COST_VERSION_FLOW)
    def activate(self, version: CostVersion, by: Any) -> Any:
        """Make it the standard of its site."""
        return activate(version=version, by=by)

    @verb(roles=ACCOUNTANT, body=SetPrices, title="Set prices")
    def prices(self, version: CostVersion, by: Any, **given: Any) -> Any:
        """Enter or replace purchase prices."""
        return {"prices": set_prices(version=version, by=by, **given)}

    @verb(roles=ACCOUNTANT, body=SetRates, title="Set rates")
    def rates(self, version: CostVersion, by: Any, **given: Any) -> Any:
        """Replace all rates."""
        return {"rates": set_rates(version=version, by=by, **given)}


class Elements(RecordViewSet):
    """Cost elements, the columns a cost keeps through all levels."""

    queryset = CostElement.objects.all()
    serializer_class = ElementRecord
    read_roles, write_roles = MONEY_ROLES, ACCOUNTANT
    filters = {"kind": "kind"}
    order = ("code",)
    upserts = True


class ItemCosts(RecordViewSet):
    """Standard costs by item and element."""

    queryset = ItemCost.objects.all()
    serializer_class = ItemCostRecord
    site_path = "version__site__code"
    read_roles = MONEY_ROLES
    filters = {"version": "version__code", "state": "version__state", "item": "item__number"}
    order = ("id",)


class ItemPrices(RecordViewSet):
    """Purchase prices that went into a version."""

    queryset = ItemPrice.objects.all()
    serializer_class = ItemPriceRecord
    site_path = "version__site__code"
    read_roles = MONEY_ROLES
    filters = {"version": "version__code", "item": "item__number"}
    order = ("id",)


class Entries(RecordViewSet):
    """The cost ledger with its postings."""

    queryset = Entry.objects.prefetch_related("postings__element", "postings__item")
    serializer_class = EntryRecord
    site_path = "site__code"
    read_roles = MONEY_ROLES
    filters = {
        "order_number": "order__number",
        "kind": "kind",
        "reference": "reference",
        "from": "posted_on__gte",
        "to": "posted_on__lte",
    }
    order = ("id",)


class Settlements(RecordViewSet):
    """Ended orders with their variances."""

    queryset = Settlement.objects.prefetch_related("variances__element", "variances__item", "outputs__item")
    serializer_class = SettlementRecord
    site_path = "order__site__code"
    key = "order__number"
    read_roles = MONEY_ROLES
    filters = {"order_number": "order__number", "settled_after": "settled_at__gte"}
    order = ("id",)


routes = Routes("costing")
routes.add("versions", Versions)
routes.add("elements", Elements)
routes.add("item-costs", ItemCosts)
routes.add("item-prices", ItemPrices)
routes.add("entries", Entries)
routes.add("settlements", Settlements)
urlpatterns = routes.urls
