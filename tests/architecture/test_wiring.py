"""Who hears what is written down: a new listener shows in review."""

from __future__ import annotations

from pathlib import Path

from p2p.core.facts import listening, wiring
from p2p.core.management.commands.wiring import lines
from tests.core.facts import Painted

PINNED = Path(__file__).with_name("wiring.txt")
REFRESH = "python manage.py wiring > tests/architecture/wiring.txt"


def test_the_wiring_is_the_one_that_is_pinned():
    pinned = PINNED.read_text(encoding="utf-8").splitlines()
    added, gone = sorted(set(lines()) - set(pinned)), sorted(set(pinned) - set(lines()))
    assert lines() == pinned, f"\nnew: {added}\ngone: {gone}\nwhen that is meant: {REFRESH}"


def heard(_fact):
    """A listener that claims to be an app's."""


def test_a_new_listener_would_be_seen(monkeypatch):
    monkeypatch.setattr(heard, "__module__", "costing.reactions")
    before = wiring()
    with listening("tell", Painted, heard):
        assert set(wiring()) - set(before) == {("tell", "facts.Painted", "costing.reactions.heard")}
