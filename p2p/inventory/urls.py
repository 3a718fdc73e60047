"""Addresses of the pages of stock."""

from django.urls import path

from p2p.inventory.views import acts, claims, lists, records, trace

app_name = "inventory"
urlpatterns = [
    path("stock/", lists.Stock.as_view(), name="stock"),
    path("moves/", lists.Moves.as_view(), name="moves"),
    path("moves/new", acts.MoveStock.as_view(), name="move-new"),
    path("moves/<int:pk>/", records.MovePage.as_view(), name="move"),
    path("moves/<int:pk>/reverse", acts.ReverseMove.as_view(), name="reverse"),
    path("lots/", lists.Lots.as_view(), name="lots"),
    path("lots/<int:pk>/", records.LotPage.as_view(), name="lot"),
    path("trace/", trace.TracePage.as_view(), name="trace"),
    path("trace/rows", trace.TraceRows.as_view(), name="trace-rows"),
    path("trace/node", trace.TraceNode.as_view(), name="trace-node"),
    path("panels/lot/<int:pk>/trace", trace.TracePanel.as_view(kind="lot"), name="lot-trace"),
    path("panels/serial/<int:pk>/trace", trace.TracePanel.as_view(kind="serial"), name="serial-trace"),
    path("panels/move/<int:pk>/trace", trace.TracePanel.as_view(kind="move"), name="move-trace"),
    path("soft-reservations/", claims.Claims.as_view(), name="claims"),
    path("soft-reservations/new", claims.ClaimNew.as_view(), name="claim-new"),
    path("soft-reservations/<int:pk>/change", claims.ClaimChange.as_view(), name="claim-change"),
    path("reservations/", claims.Reservations.as_view(), name="reservations"),
    path("holds/", lists.Holds.as_view(), name="holds"),
    path("holds/new", acts.PlaceHold.as_view(), name="hold"),
    path("holds/<int:pk>/lift", acts.LiftHold.as_view(), name="lift"),
    path("panels/item/<int:pk>/places", records.ItemPlaces.as_view(), name="item-places"),
    path("panels/item/<int:pk>", records.ItemStock.as_view(), name="item-stock"),
]
