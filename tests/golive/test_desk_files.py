"""What the desk of going live says of each sheet, drawn without a database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string


def _drawn(run: Any) -> str:
    sheet = SimpleNamespace(title="Opening stock", name="opening_stock", about="")
    brought = [SimpleNamespace(sheet=sheet, tally=None)]
    return render_to_string(
        "strategies/cutover_files.html", {"run": run, "brought": brought, "files": [], "open": False}
    )


def test_no_sheet_is_called_missing_before_the_first_trial_has_read_the_files() -> None:
    assert "not tried yet" in _drawn(None)
    assert "not in the files" not in _drawn(None)


def test_a_sheet_the_trial_did_not_find_is_not_in_the_files() -> None:
    assert "not in the files" in _drawn(SimpleNamespace(state="done", summary={}))
