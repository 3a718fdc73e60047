from __future__ import annotations

from django.apps import AppConfig


class StrategiesConfig(AppConfig):
    name = "strategies"
    label = "strategies"
    icon = "stack-2"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from strategies import reactions
        from strategies.services.importer.definitions import register

        register()
        reactions.wire()
