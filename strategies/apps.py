"""Strategies in the rail, its sheets and its places."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StrategiesConfig(AppConfig):
    name = "strategies"
    label = "strategies"
    verbose_name = _("Strategies")
    icon = "stack-2"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from strategies import places, reactions
        from strategies.services.importer.definitions import register

        register()
        places.register()
        reactions.wire()
