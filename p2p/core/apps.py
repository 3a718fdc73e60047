"""The core as an app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "p2p.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from p2p.core import addresses, long_lists, reactions
        from p2p.core.history import without_savepoints

        addresses.register()
        long_lists.register()
        reactions.wire()
        post_migrate.connect(without_savepoints, sender=self)
