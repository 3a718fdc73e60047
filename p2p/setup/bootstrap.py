"""Makes `.venv` from the hashed locks and goes on inside it. Standard library only: nothing else is there."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from p2p.setup import locks
from p2p.setup.progress import Bar
from p2p.setup.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
INSTALLED = "P2P_INSTALLED_SECONDS"  # told to the command that goes on inside .venv
ROOM = 1_500_000_000  # bytes: the packages, their downloads, and a first database
AGAIN = "then run the same command again: it goes on where it stopped."


def enter(argv: list[str]) -> None:
    """Return inside an environment that has every package of the lock; otherwise end with one sentence."""
    if os.environ.get("P2P_NO_BOOTSTRAP") or _somebody_elses():
        return
    kind = "dev" if argv[1:2] == ["test"] else "run"
    try:
        if not _fits(kind):
            with locks.held(ROOT / ".venv.lock", wait=900, busy="Another command is still setting .venv up."):
                _prepare(kind)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        print("\nStopped; run the same command again: it goes on where it was.", file=sys.stderr)
        sys.exit(130)
    except PermissionError as error:
        sys.exit(f"{error.filename or ROOT} cannot be written: make it yours, {AGAIN}")
    if Path(sys.prefix).resolve() != VENV.resolve():
        _go_on(argv)


def installed(kind: str = "run") -> dict[str, object]:
    """What the stamp in `.venv` tells of the last set-up: the lock's hash and the seconds it took."""
    try:
        told: dict[str, object] = json.loads(_stamp(kind).read_text())
        return told
    except (OSError, ValueError):
        return {}


def _somebody_elses() -> bool:
    """A virtual environment that the user made and activated is used as it is."""
    own = Path(sys.prefix).resolve() == VENV.resolve()
    return not own and sys.prefix != sys.base_prefix and importlib.util.find_spec("django") is not None


def _go_on(argv: list[str]) -> None:
    command = [str(PYTHON), *argv]
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    sys.stdout.flush()
    os.execv(str(PYTHON), command)


def _stamp(kind: str) -> Path:
    return VENV / f".p2p-{kind}.json"


def _wanted(kind: str) -> str:
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def _fits(kind: str) -> bool:
    """The dev lock contains the run lock."""
    kinds = {"run", "dev"} if kind == "run" else {"dev"}
    return PYTHON.exists() and any(installed(each).get("lock") == _wanted(each) for each in kinds)


def _prepare(kind: str) -> None:
    if _fits(kind):  # another command did it while this one waited
        return
    began = time.monotonic()
    free = shutil.disk_usage(ROOT).free
    if free < ROOM:
        raise Trouble(
            f"The disk under {ROOT} has {free / 1e9:.1f} GB left, and the first start needs "
            f"{ROOM / 1e9:.1f} GB: make room, {AGAIN}"
        )
    if not _works():
        _make()
    _install(LOCKS[kind])
    told = {"lock": _wanted(kind), "seconds": round(time.monotonic() - began, 1)}
    _stamp(kind).write_text(json.dumps(told))
    os.environ[INSTALLED] = str(told["seconds"])


def _works() -> bool:
    """Whether `.venv` has a Python with pip: a half-made one, or one whose Python is gone, has not."""
    try:
        asked = [str(PYTHON), "-c", "import pip, sys; assert sys.version_info >= (3, 11)"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Trouble(
            "This Python cannot make a virtual environment: on Debian or Ubuntu install it with "
            f"'apt install python{version}-venv', {AGAIN}"
        )
    bar = Bar("Making .venv")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        bar.drop()
        raise Trouble(_why(made.stdout + made.stderr))
    bar.end()


def _install(lock: Path) -> None:
    """pip, with every hash checked; wheels wherever a package has one."""
    total = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(), re.M))
    command = [
        str(PYTHON), "-m", "pip", "install", "--require-hashes", "--prefer-binary", "--no-input",
        "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2", "-r", str(lock),
    ]  # fmt: skip
    bar = Bar("Installing Python packages")
    said: list[str] = []
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    try:
        watch = threading.Thread(target=_listen, args=(pip, said), daemon=True)
        watch.start()
        while pip.poll() is None:
            seen = sum(line.startswith(("Collecting ", "Requirement already")) for line in said)
            laid = sum(1 for _ in _packages().glob("*.dist-info"))
            bar.show(min(seen, total) + min(laid, total), 2 * total, said[-1][:50] if said else "")
            time.sleep(0.2)
        watch.join()
    except BaseException:
        pip.terminate()
        pip.wait()
        bar.drop()
        raise
    if pip.returncode:
        bar.drop()
        raise Trouble(_why("".join(said)))
    bar.end(f"{total} packages")


def _packages() -> Path:
    """Where pip lays packages down."""
    return next(VENV.glob("lib/python3*/site-packages"), VENV / "Lib" / "site-packages")


def _listen(pip: subprocess.Popen[str], said: list[str]) -> None:
    assert pip.stdout is not None
    for line in pip.stdout:
        said.append(line)  # line by line: the bar reads along


def _why(said: str) -> str:
    """The sentence behind an installer's output."""
    if "No space left" in said:
        return f"The disk is full: make room, {AGAIN}"
    if "DO NOT MATCH THE HASHES" in said:
        return "A downloaded package is not the one this project was tested with (its hash differs): refused."
    if "No matching distribution" in said and "from versions: none)" not in said:
        lines = [line for line in said.splitlines() if "No matching distribution" in line]
        return f"This Python ({sys.version.split()[0]}) lacks a package: {lines[0].removeprefix('ERROR: ')}"
    if re.search(r"No matching distribution|Retrying \(|connection|resolution|unreachable", said, re.I):
        return f"No connection to a Python package index, which the first start needs once: connect, {AGAIN}"
    return f"The Python packages could not be installed:\n{said[-2000:].strip()}"
