from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"
    label = "quality"
    icon = "rosette-discount-check"
    default_auto_field = "django.db.models.BigAutoField"
