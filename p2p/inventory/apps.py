from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "p2p.inventory"
    label = "inventory"
    icon = "box"
    default_auto_field = "django.db.models.BigAutoField"
