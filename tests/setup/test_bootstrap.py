"""What a newcomer reads when the first start cannot go on."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from p2p.setup import bootstrap
from p2p.setup.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
OUTSIDE = getattr(sys, "_base_executable", sys.executable)  # the Python that .venv was made from


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy with nothing but what runs before there is an environment."""
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "p2p").mkdir()
    (tmp_path / "p2p" / "__init__.py").touch()
    shutil.copytree(
        ROOT / "p2p" / "setup", tmp_path / "p2p" / "setup", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "requirements.lock").write_text(f"asgiref==3.0.0 --hash=sha256:{'0' * 64}\n")
    (tmp_path / "requirements-dev.lock").write_text("")
    return tmp_path


def first_start(project: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """`python3 manage.py check` in a copy, offline; `before` is run by the same Python first."""
    code = (
        f"import sys; sys.argv = ['manage.py', 'check']; {before or 'pass'}; exec(open('manage.py').read())"
    )
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "P2P_", "VIRTUAL"))
    }
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    return subprocess.run(
        [OUTSIDE, "-c", code],
        cwd=project,
        env={**kept, **offline},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_manage_py_can_be_read_by_old_pythons_so_that_it_can_refuse_them() -> None:
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 6))


def test_an_old_python_is_refused_in_one_sentence(project: Path) -> None:
    ended = first_start(project, "sys.version_info = (3, 9, 2)")
    assert ended.returncode == 1
    assert ended.stderr.startswith("p2p needs Python 3.11 or newer, and this is Python 3.9:")
    assert len(ended.stderr.splitlines()) == 1
    assert not (project / ".venv").exists()


def test_a_python_without_venv_is_told_what_to_install(project: Path) -> None:
    ended = first_start(project, "sys.modules['ensurepip'] = None")
    assert ended.returncode == 1
    assert "cannot make a virtual environment" in ended.stderr
    assert re.search(r"apt install python3\.\d+-venv", ended.stderr)
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_no_network_is_one_sentence_and_a_half_made_environment_is_mended(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    (project / ".venv" / "pyvenv.cfg").touch()
    ended = first_start(project)
    assert ended.returncode == 1
    assert ended.stderr.startswith("No connection to a Python package index"), ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    mended = subprocess.run(
        [project / ".venv" / "bin" / "python", "-c", "import pip"], timeout=60, check=False
    )
    assert mended.returncode == 0
    assert not list((project / ".venv").glob(".p2p-*.json")), "nothing was installed, and nothing says so"


def test_a_full_disk_is_seen_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOM", 10**18)
    monkeypatch.setattr(bootstrap, "_fits", lambda kind: False)
    with pytest.raises(Trouble, match=r"^The disk under .* has .* GB left, and the first start needs"):
        bootstrap._prepare("run")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "its hash differs"),
        (
            "ERROR: Could not find a version that satisfies the requirement x==2 (from versions: 1)\n"
            "ERROR: No matching distribution found for x==2",
            "lacks a package: No matching distribution found for x==2",
        ),
        (
            "WARNING: Retrying (Retry(total=1)) after connection broken",
            "No connection to a Python package index",
        ),
        ("something nobody thought of", "could not be installed:\nsomething nobody thought of"),
    ],
)
def test_what_pip_says_becomes_a_sentence(said: str, sentence: str) -> None:
    assert sentence in bootstrap._why(said)


def requirements(lock: Path) -> dict[str, set[str]]:
    """name==version of a lock, with its hashes."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", lock.read_text())[1:]
    return {block.split()[0]: set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block)) for block in blocks}


def test_both_locks_pin_every_package_with_its_hashes_and_name_no_index() -> None:
    for lock in bootstrap.LOCKS.values():
        pinned = requirements(lock)
        assert pinned
        assert all("==" in name and hashes for name, hashes in pinned.items())
        assert not re.search(
            r"(?m)^\s*(-i|--\w*index-url|--find-links|--trusted-host)|https?://", lock.read_text()
        )


def test_the_dev_lock_contains_the_run_lock() -> None:
    run, dev = (requirements(bootstrap.LOCKS[kind]) for kind in ("run", "dev"))
    assert {name: dev.get(name) for name in run} == run
