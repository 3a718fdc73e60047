"""Addresses of the pages of stock."""

from django.urls import path

from p2p.inventory.views import acts, lists, records

app_name = "inventory"
urlpatterns = [
    path("stock/", lists.Stock.as_view(), name="stock"),
    path("moves/", lists.Moves.as_view(), name="moves"),
    path("moves/new", acts.MoveStock.as_view(), name="move-new"),
    path("moves/<int:pk>/", records.MovePage.as_view(), name="move"),
    path("moves/<int:pk>/reverse", acts.ReverseMove.as_view(), name="reverse"),
    path("lots/", lists.Lots.as_view(), name="lots"),
    path("lots/<int:pk>/", records.LotPage.as_view(), name="lot"),
    path("holds/", lists.Holds.as_view(), name="holds"),
    path("holds/new", acts.PlaceHold.as_view(), name="hold"),
    path("holds/<int:pk>/lift", acts.LiftHold.as_view(), name="lift"),
    path("panels/item/<int:pk>/places", records.ItemPlaces.as_view(), name="item-places"),
    path("panels/item/<int:pk>", records.ItemStock.as_view(), name="item-stock"),
]
