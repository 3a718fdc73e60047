"""Planning in the rail and its places on pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "planning"
    label = "planning"
    verbose_name = _("Planning")
    icon = "calendar-event"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning import places, sheets

        sheets.register()
        places.register()
