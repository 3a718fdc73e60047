"""Commands and parts that set the house up: the environment, the embedded database, the worker."""

from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "p2p.setup"
    label = "setup"

    def ready(self) -> None:
        from p2p import celery  # noqa: F401  (makes it the app that every shared task belongs to)
