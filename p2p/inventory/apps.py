from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "p2p.inventory"
    label = "inventory"
    icon = "box"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from p2p.inventory.sheets import register

        register()
