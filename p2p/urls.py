"""The composition root of addresses: every app's pages, and the API."""

from importlib import import_module

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import module_has_submodule

from p2p.core.layers import LAYERS

urlpatterns = [
    path("api/", include("p2p.api")),
    path("", include("p2p.core.web.urls")),
]
for layer in LAYERS:
    if apps.is_installed(layer) and module_has_submodule(import_module(layer), "urls"):
        label = layer.rpartition(".")[2]
        urlpatterns.append(path("" if label == "pages" else f"{label}/", include(f"{layer}.urls")))

handler403 = "p2p.core.web.shellviews.not_allowed"
handler404 = "p2p.core.web.shellviews.not_found"
handler500 = "p2p.core.web.shellviews.broken"
