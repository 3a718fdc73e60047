"""The plant of the drill: a dead worker is noticed after seconds, so that the drill is not mostly waiting."""

from p2p.settings import *  # noqa: F403  (the plant's own, with two figures changed)
from p2p.settings import CELERY_BEAT_SCHEDULE

RUN_SILENCE = 4
CELERY_BEAT_SCHEDULE["sweep"] = {
    "task": "p2p.core.sweep",
    "schedule": 2.0,
    "options": {"queue": "light", "expires": 2},
}
