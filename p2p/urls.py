"""The composition root of addresses: every app's pages, and the API."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("p2p.api")),
    path("", include("p2p.core.web.urls")),
]

handler403 = "p2p.core.web.shellviews.not_allowed"
handler404 = "p2p.core.web.shellviews.not_found"
handler500 = "p2p.core.web.shellviews.broken"
