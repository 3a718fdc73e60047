"""The Celery application of a test's worker process: the test's own database and broker, and a job that dies."""

from __future__ import annotations

import json
import os

from celery.signals import worker_process_init

os.environ["DJANGO_SETTINGS_MODULE"] = "p2p.settings"

from django.conf import settings

given = json.loads(os.environ["P2P_TEST_WORKER"])
settings.DATABASES["default"].update(given["database"])
settings.CELERY_BROKER_TRANSPORT_OPTIONS = given["broker"]

from p2p.celery import app  # noqa: E402 (after the settings it reads)

__all__ = ["app"]


@worker_process_init.connect
def use_the_job(**_: object) -> None:
    """What the test lets the runs do."""
    from strategies.models import ImportRun

    ImportRun.job = given["job"]
