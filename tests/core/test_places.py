"""What apps put into the slots of pages."""

from __future__ import annotations

import pytest

from p2p.core import places


def test_two_pages_cannot_share_a_slot_without_being_told(monkeypatch):
    monkeypatch.setattr(places, "_verbs", type(places._verbs)(dict))
    places.verb("units.actions", key="new", title="New unit", url_name="a:new")
    places.verb("units.actions", key="new", title="New unit, said anew", url_name="a:new")
    with pytest.raises(ValueError, match="two pages share the slot units.actions"):
        places.verb("units.actions", key="new", title="New pallets", url_name="b:new")
