from django.apps import AppConfig


class OutsourcingConfig(AppConfig):
    name = "outsourcing"
    label = "outsourcing"
    icon = "truck-delivery"
    default_auto_field = "django.db.models.BigAutoField"
