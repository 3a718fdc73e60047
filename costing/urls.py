"""Addresses of costing's pages."""

from django.urls import path

from costing.views import ledger, opening, sheets, versions

app_name = "costing"
urlpatterns = [
    path("costs/", sheets.Standards.as_view(), name="costs"),
    path("costs/<key:number>/", sheets.SheetPage.as_view(), name="sheet"),
    path("versions/", versions.Versions.as_view(), name="versions"),
    path("new-version/", opening.NewVersion.as_view(), name="new-version"),
    path("versions/<int:pk>/prices/", opening.EnterPrices.as_view(), name="enter-prices"),
    path("versions/<int:pk>/rates/", opening.EnterRates.as_view(), name="enter-rates"),
    path("versions/<int:pk>/roll-up/", versions.RollUp.as_view(), name="roll-up"),
    path("versions/<int:pk>/activate/", versions.Activate.as_view(), name="activate"),
    path("versions/<key:code>/", versions.VersionPage.as_view(), name="version"),
    path("wip/", ledger.WorkInProcess.as_view(), name="wip"),
    path("settlements/", ledger.Settlements.as_view(), name="settlements"),
    path("entries/", ledger.Entries.as_view(), name="entries"),
    path("trial-balance/", ledger.TrialBalance.as_view(), name="trial-balance"),
    path("panels/order/<int:pk>/", sheets.OrderCostPanel.as_view(), name="order-cost"),
    path("panels/item/<int:pk>/", sheets.ItemCostPanel.as_view(), name="item-cost"),
]
