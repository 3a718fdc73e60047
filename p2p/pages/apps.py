from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "p2p.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"
