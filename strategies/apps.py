from django.apps import AppConfig


class StrategiesConfig(AppConfig):
    name = "strategies"
    label = "strategies"
    icon = "stack-2"
    default_auto_field = "django.db.models.BigAutoField"
