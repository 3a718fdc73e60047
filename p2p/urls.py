"""The composition root of addresses: every app's pages, and the API."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("p2p.api")),
]
