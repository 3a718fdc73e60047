"""A worker process that takes up an import and is killed in the middle of it: `python -m ...dying <run>`."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


def deadly(say: Any) -> Any:
    """The `say` of a worker that dies when it comes to the items, with the units stored already."""

    def last_words(phase: str, done: int = 0, total: int = 0) -> None:
        say(phase, done, total)
        if phase == "Items":
            os.kill(os.getpid(), signal.SIGKILL)

    return last_words


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "p2p.settings"
    from django.conf import settings

    given = json.loads(os.environ["P2P_DYING"])
    settings.DATABASES["default"].update(given["database"])
    settings.MEDIA_ROOT = given["media"]
    settings.RUNS = "celery"
    import django

    django.setup()
    from p2p.core.runs.performing import Progress, claim
    from strategies.models import ImportRun
    from strategies.services.importer import perform

    run = claim(ImportRun, "")
    assert run is not None and run.pk == int(sys.argv[1])
    with Progress(run) as say:
        perform(run, deadly(say))


if __name__ == "__main__":
    main()
