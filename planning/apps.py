from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    label = "planning"
    icon = "calendar-stats"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning.sheets import register

        register()
