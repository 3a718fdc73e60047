"""The worker of a plant on one machine, as an object."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from p2p.setup import processes


def test_a_ctrl_c_while_it_starts_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while Python waits for the keeper's thread: nobody can wait for one that never began."""

    def interrupted(_thread: threading.Thread) -> None:
        raise KeyboardInterrupt

    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(processes, "worker_command", lambda *_queues, **_also: command)
    worker = processes.Worker(tmp_path, root=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            worker.start()
    child = worker.child
    assert isinstance(child, subprocess.Popen)
    worker.end()
    assert (worker.child, child.poll() is None, worker.note.exists()) == (None, False, False)
