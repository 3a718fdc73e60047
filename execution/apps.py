from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExecutionConfig(AppConfig):
    name = "execution"
    label = "execution"
    verbose_name = _("Floor")
    icon = "tool"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from execution import places, reactions, takeover

        takeover.register()
        reactions.wire()
        places.register()
