"""Addresses of the pages that show several areas as equals."""

from django.urls import path

from p2p.pages import cockpit, order, search

app_name = "pages"
urlpatterns = [
    path("", cockpit.Cockpit.as_view(), name="cockpit"),
    path("orders/<str:number>/", order.OrderPage.as_view(), name="order"),
    path("search/", search.Search.as_view(), name="search"),
]
