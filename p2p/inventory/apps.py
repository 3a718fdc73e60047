from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "p2p.inventory"
    label = "inventory"
    verbose_name = _("Stock")
    icon = "box"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from p2p.inventory import count_places, places, reactions, rule_sheets, sheets

        sheets.register()
        rule_sheets.register()
        places.register()
        count_places.register()
        reactions.wire()
