"""The Celery application: Redis when REDIS_URL is set, else folders beside the plant's data."""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2p.settings")
TRANSPORT_ALIASES["p2p-folder"] = "p2p.setup.folder_broker:Transport"

app = Celery("p2p")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
