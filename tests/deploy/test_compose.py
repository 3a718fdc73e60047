"""docker-compose.yml: valid by its specification, and every command in it is one that exists and answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)


def words(name: str) -> list[str]:
    """A service's command, with the programs of this environment."""
    program, *rest = SERVICES[name]["command"]
    folder = Path(sys.executable).parent
    return [sys.executable if program == "python" else str(folder / program), *rest]


def test_the_file_is_valid_by_the_compose_specification() -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
    jsonschema.Draft7Validator(schema).validate(COMPOSE)


def test_every_part_of_a_plant_has_its_service() -> None:
    parts = {"postgres", "redis", "web", "worker-light", "worker-heavy", "beat", "caddy"}
    assert parts <= SERVICES.keys()
    assert any("--queues=light" in word for word in SERVICES["worker-light"]["command"])
    assert any("--queues=heavy" in word for word in SERVICES["worker-heavy"]["command"])
    assert SERVICES["web"]["command"][0] == "gunicorn"
    assert not {name for name, service in SERVICES.items() if "ports" in service} - {"caddy"}


def test_files_and_volumes_that_are_named_are_there() -> None:
    for name in OURS:
        assert (ROOT / SERVICES[name]["build"]["dockerfile"]).is_file()
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]
        assert set(service.get("depends_on", {})) <= SERVICES.keys()


def test_every_variable_without_a_default_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    told = set(re.findall(r"(?m)^(\w+)=", (ROOT / ".env.example").read_text()))
    assert asked
    assert asked <= told


def test_every_variable_that_the_settings_read_is_explained_in_the_example() -> None:
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", (ROOT / "p2p" / "settings.py").read_text()))
    told = set(re.findall(r"(?m)^#? ?(\w+)=", (ROOT / ".env.example").read_text()))
    assert read - told == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_each_command_knows_every_option_it_is_given(name: str) -> None:
    """The same words with `--help` at the end: an option that is gone, or spelt wrong, ends with an error."""
    kept = {key: value for key, value in os.environ.items() if key not in {"P2P_PRODUCTION", "REDIS_URL"}}
    ended = subprocess.run(
        [*words(name), "--help"],
        cwd=ROOT,
        env={**kept, "P2P_NO_BOOTSTRAP": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    given = {word.split("=")[0] for word in words(name) if word.startswith("--")}
    assert {option for option in given if option not in ended.stdout} == set()


def test_the_image_installs_the_run_lock_with_hashes_and_does_not_run_as_root() -> None:
    text = (ROOT / "p2p" / "deploy" / "Dockerfile").read_text()
    assert "--require-hashes" in text
    assert "requirements.lock" in text
    assert re.search(r"(?m)^USER (?!root)\w+$", text)
    assert text.index("USER ") > text.index("RUN ")
