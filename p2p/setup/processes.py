"""The worker as a child process: started, watched, and ended by its pid."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from p2p.setup.trouble import Trouble

PARENT = "P2P_PARENT"  # the worker ends itself when this process is gone
TRIES = 3  # deaths within a minute until a worker is given up
LOG_LIMIT = 10_000_000  # bytes


def worker_command(queues: str, *, data: Path, beat: bool = True, concurrency: int = 2) -> list[str]:
    """One Celery worker; with `beat` it also sends what is due by the clock."""
    pool = "threads" if sys.platform == "win32" else "prefork"
    command = [
        sys.executable, "-m", "celery", "-A", "p2p.celery", "worker", "--queues", queues, "--pool", pool,
        "--concurrency", str(concurrency), "--loglevel", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    return [*command, "--beat", "--schedule", str(data / "beat")] if beat else command


class Worker:
    """The worker of a plant on one machine: while this object lives, a worker that dies is started again."""

    def __init__(self, data: Path, *, root: Path) -> None:
        self.data = data
        self.root = root
        self.log = data / "worker.log"
        self.note = data / "worker.pid"
        self.child: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._keeper: threading.Thread | None = None
        self._given_up = False

    def start(self) -> None:
        """Returns at once; `log` tells what it says."""
        self._clear_way()
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.unlink()
        self._launch()
        keeper = threading.Thread(target=self._keep, name="keep-worker", daemon=True)
        keeper.start()
        self._keeper = keeper  # a Ctrl-C while it begins leaves nobody to wait for: it sees that all ends

    def check(self) -> None:
        """Trouble if it ends again and again."""
        if self._given_up:
            raise Trouble(f"The worker ended {TRIES} times within a minute: {self.log} says why.")

    def end(self) -> None:
        """Let it finish what it does; after some seconds no longer."""
        self._ending.set()
        if self._keeper is not None:
            self._keeper.join()
        if self.child is None:  # never started: the note, if there is one, is that of another demo
            return
        end_tree(self.child.pid)
        self.child.wait()
        self.child = None
        self.note.unlink(missing_ok=True)

    def pid(self) -> int | None:
        """The living worker that this data folder's note names."""
        try:
            pid, born = self.note.read_text().split()
            process = psutil.Process(int(pid))
            same = f"{process.create_time():.2f}" == born
            return int(pid) if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _launch(self) -> None:
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                worker_command("light,heavy", data=self.data),
                cwd=self.root,
                env={**os.environ, PARENT: str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is ours to pass on
            )
        self.note.write_text(f"{self.child.pid} {psutil.Process(self.child.pid).create_time():.2f}")

    def _keep(self) -> None:
        """Start a worker that died again; what it was calculating is taken up by the sweeper of runs."""
        deaths: list[float] = []
        while not self._ending.wait(0.5):
            if self.child is None or self.child.poll() is None:
                continue
            deaths = [at for at in deaths if at > time.monotonic() - 60] + [time.monotonic()]
            end_family(self.child.pid)
            if len(deaths) == TRIES:
                self._given_up = True
                return
            self._launch()

    def _clear_way(self) -> None:
        """End what a killed demo left: its worker, or only the children of that."""
        if pid := self.pid():
            end_tree(pid)
        with contextlib.suppress(OSError, ValueError, IndexError):
            end_family(int(self.note.read_text().split()[0]))


def end_family(pid: int) -> None:
    """End the children that outlived a worker: they are still in the process group that it led."""
    if sys.platform == "win32":
        return
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == pid and "p2p.celery" in process.cmdline():
                process.kill()


def end_tree(pid: int, *, patience: float = 6.0) -> None:
    """End a worker: politely, then firmly, then with all its children."""
    try:
        family = [psutil.Process(pid)]
        family += family[0].children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for ask in ("SIGTERM", "SIGQUIT"):
        with contextlib.suppress(psutil.Error, AttributeError):
            family[0].send_signal(getattr(signal, ask))
        _, family = psutil.wait_procs(family, timeout=patience if ask == "SIGTERM" else 2)
        if not family:
            return
        if family[0].pid != pid:
            break
    for left in family:
        with contextlib.suppress(psutil.Error):
            left.kill()
    psutil.wait_procs(family, timeout=5)
    end_family(pid)


def end_with_parent() -> None:
    """In the worker: a parent that was killed outright cannot end it, so it watches and ends itself."""
    parent = int(os.environ.get(PARENT) or 0)
    if not parent:
        return

    def watch() -> None:
        while psutil.pid_exists(parent) and os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
