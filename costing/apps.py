"""Costing in the rail, its ears and its places."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CostingConfig(AppConfig):
    name = "costing"
    label = "costing"
    verbose_name = _("Costing")
    icon = "coin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from costing import places, reactions, takeover

        takeover.register()
        reactions.wire()
        places.register()
