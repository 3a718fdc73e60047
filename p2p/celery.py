"""The Celery application: Redis when REDIS_URL is set, else folders beside the plant's data."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from p2p.setup import holding, processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2p.settings")
TRANSPORT_ALIASES["p2p-folder"] = "p2p.setup.folder_broker:Transport"

app = Celery("p2p")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _begin(**_: object) -> None:
    processes.end_with_parent()
    if not settings.DATABASE_URL:
        holding.attend(settings.P2P_DATA)
