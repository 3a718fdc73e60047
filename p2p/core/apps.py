"""The core as an app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "p2p.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from p2p.core import reactions

        reactions.wire()
