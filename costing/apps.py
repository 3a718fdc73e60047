from django.apps import AppConfig


class CostingConfig(AppConfig):
    name = "costing"
    label = "costing"
    icon = "coin"
    default_auto_field = "django.db.models.BigAutoField"
