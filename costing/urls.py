"""Addresses of costing's pages."""

from django.urls import path

from costing import views

app_name = "costing"
urlpatterns = [
    path("costs/", views.Standards.as_view(), name="costs"),
    path("costs/<str:number>/", views.SheetPage.as_view(), name="sheet"),
    path("versions/", views.Versions.as_view(), name="versions"),
    path("versions/<int:pk>/roll-up/", views.RollUp.as_view(), name="roll-up"),
    path("versions/<int:pk>/activate/", views.Activate.as_view(), name="activate"),
    path("versions/<str:code>/", views.VersionPage.as_view(), name="version"),
    path("wip/", views.WorkInProcess.as_view(), name="wip"),
    path("settlements/", views.Settlements.as_view(), name="settlements"),
    path("entries/", views.Entries.as_view(), name="entries"),
    path("trial-balance/", views.TrialBalance.as_view(), name="trial-balance"),
    path("panels/order/<int:pk>/", views.OrderCostPanel.as_view(), name="order-cost"),
    path("panels/item/<int:pk>/", views.ItemCostPanel.as_view(), name="item-cost"),
]
