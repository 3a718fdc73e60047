"""The composition root of the API: every app's `api.py` mounts its resources at /api/v1/<app>/."""

from importlib import import_module

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from p2p.core.layers import LAYERS

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
]
for layer in LAYERS:
    if apps.is_installed(layer) and module_has_submodule(import_module(layer), "api"):
        label = layer.rpartition(".")[2]
        urlpatterns.append(path(f"v1/{label}/", include(f"{layer}.api")))
