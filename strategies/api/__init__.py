"""REST resources of strategies. Every list takes many records at once through the sheet that imports use."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import RecordViewSet, Routes
from strategies import serializers as shapes
from strategies.api import (
    abilities,
    bills,
    calendars,
    cutover,
    items,
    masters,
    operations,
    plant,
    replacing,
    routes,
    settings,
    units,
    vendors,
    work,
)
from strategies.models import ImportRun


class Imports(RecordViewSet):
    """Imports and what they could not take; `?expand=problems`."""

    queryset, serializer_class = ImportRun.objects.all(), shapes.ImportRecord
    key = "id"
    filters = {"state": "state", "dry_run": "dry_run"}
    order = ("-id",)


mounted = Routes("strategies")
for path, view in {
    "units": units.Units,
    "unit-conversions": units.Conversions,
    "currencies": masters.Currencies,
    "exchange-rates": masters.ExchangeRates,
    "characteristics": masters.Characteristics,
    "number-series": masters.Series,
    "sites": plant.Sites,
    "locations": plant.Locations,
    "item-groups": masters.ItemGroups,
    "items": items.Items,
    "item-policies": items.Policies,
    "boms": bills.Boms,
    "bom-lines": bills.Lines,
    "bom-alternates": bills.Alternates,
    "bom-outputs": bills.Outputs,
    "routes": routes.RouteVersions,
    "route-operations": operations.Operations,
    "instruction-steps": operations.Steps,
    "standard-operations": operations.Library,
    "route-groups": operations.RouteGroups,
    "work-centres": work.Groups,
    "resources": work.Resources,
    "production-units": work.Units,
    "resource-memberships": work.Memberships,
    "resource-calendars": work.DatedCalendars,
    "workers": work.Workers,
    "capabilities": abilities.Capabilities,
    "resource-capabilities": abilities.ResourceCapabilities,
    "skills": abilities.Skills,
    "worker-skills": abilities.WorkerSkills,
    "setup-families": abilities.Families,
    "setup-matrices": abilities.Matrices,
    "setup-times": abilities.ChangeOvers,
    "calendars": calendars.Calendars,
    "cost-categories": abilities.Categories,
    "reason-codes": masters.Reasons,
    "vendors": vendors.Vendors,
    "vendor-prices": vendors.Prices,
    "outsourcing-policies": vendors.Outsourcing,
    "imports": Imports,
    "replacements": replacing.Replacements,
    "settings-changes": settings.SettingsChanges,
    "cut-overs": cutover.CutOvers,
    "cut-over-runs": cutover.CutOverRuns,
}.items():
    mounted.add(path, view)
urlpatterns: list[Any] = mounted.urls
