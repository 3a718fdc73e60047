"""Quality in the rail, its ears and its places."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    label = "quality"
    verbose_name = _("Quality")
    icon = "shield-check"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from quality import places, reactions, words

        reactions.wire()
        places.register()
        words.register()
