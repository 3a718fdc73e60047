"""Outsourcing in the rail, its ears and its places."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutsourcingConfig(AppConfig):
    name = "outsourcing"
    label = "outsourcing"
    verbose_name = _("Outsourcing")
    icon = "truck-delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from outsourcing import places, reactions, takeover, words

        takeover.register()
        reactions.wire()
        places.register()
        words.register()
