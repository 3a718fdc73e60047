from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    name = "execution"
    label = "execution"
    icon = "player-play"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from execution import reactions

        reactions.wire()
