"""Reads reference cases from the shared folder, finds their adapters, compares within tolerance."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("P2P_SHARED", ROOT.parent / "shared"))
HERE = Path(__file__).resolve().parent

Adapter = Callable[[dict[str, Any]], Any]
NOT_COMPARED = object()
"""Returned by an adapter for an expected key that states a fact about the document, not a result."""


def _adapter_modules() -> list[Any]:
    names = sorted(path.stem for path in (HERE / "adapters").glob("*.py"))
    return [importlib.import_module(f"tests.vectors.adapters.{name}") for name in names]


def adapters() -> tuple[dict[tuple[str, str], Adapter], dict[str, Adapter], set[str]]:
    """Adapters by (area, op), adapters by example id, and the areas whose work is done.

    A module in `adapters/` offers any of OPS, EXAMPLES and DONE.
    """
    ops: dict[tuple[str, str], Adapter] = {}
    examples: dict[str, Adapter] = {}
    done: set[str] = set()
    for module in _adapter_modules():
        ops |= getattr(module, "OPS", {})
        examples |= getattr(module, "EXAMPLES", {})
        done |= getattr(module, "DONE", set())
    return ops, examples, done


def vectors() -> list[dict[str, Any]]:
    """Every vector of every file in the folder, none named here."""
    found = []
    for path in sorted((SHARED / "vectors").glob("*.json")):
        found += json.loads(path.read_text()).get("vectors", [])
    return found


def examples() -> list[dict[str, Any]]:
    """Every documented example of every file in the folder."""
    found = []
    for path in sorted((SHARED / "vectors").glob("*.json")):
        found += json.loads(path.read_text()).get("examples", [])
    return found


def differences(
    expected: Any, got: Any, *, absolute: float = 1e-9, relative: float = 0.0, at: str = ""
) -> list[str]:
    """Where the answer is not what was expected; keys that only the answer has do not matter."""
    if got is NOT_COMPARED:
        return []
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [f"{at}: expected a mapping, got {got!r}"]
        return [
            line
            for key, value in expected.items()
            for line in (
                differences(value, got[key], absolute=absolute, relative=relative, at=f"{at}.{key}")
                if key in got
                else [f"{at}.{key}: missing"]
            )
        ]
    if isinstance(expected, list):
        if len(expected) != len(got):
            return [f"{at}: expected {expected!r}, got {got!r}"]
        return [
            line
            for place, (one, other) in enumerate(zip(expected, got, strict=True))
            for line in differences(one, other, absolute=absolute, relative=relative, at=f"{at}[{place}]")
        ]
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return [] if expected == got else [f"{at}: expected {expected!r}, got {got!r}"]
    if got is None or abs(float(got) - expected) > absolute + relative * abs(expected):
        return [f"{at}: expected {expected!r}, got {got!r}"]
    return []
