"""Addresses of the pages of stock."""

from django.urls import path

from p2p.inventory import views

app_name = "inventory"
urlpatterns = [
    path("stock/", views.Stock.as_view(), name="stock"),
    path("moves/", views.Moves.as_view(), name="moves"),
    path("moves/new", views.MoveStock.as_view(), name="move-new"),
    path("moves/<int:pk>/", views.MovePage.as_view(), name="move"),
    path("moves/<int:pk>/reverse", views.ReverseMove.as_view(), name="reverse"),
    path("lots/", views.Lots.as_view(), name="lots"),
    path("lots/<int:pk>/", views.LotPage.as_view(), name="lot"),
    path("holds/", views.Holds.as_view(), name="holds"),
    path("holds/new", views.PlaceHold.as_view(), name="hold"),
    path("holds/<int:pk>/lift", views.LiftHold.as_view(), name="lift"),
    path("panels/item/<int:pk>", views.ItemStock.as_view(), name="item-stock"),
]
