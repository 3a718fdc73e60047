"""Planning in the rail, its places on pages and its sheets in imports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "planning"
    label = "planning"
    verbose_name = _("Planning")
    icon = "calendar-stats"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning import places, reactions, sheets, takeover

        sheets.register()
        takeover.register()
        places.register()
        reactions.wire()
