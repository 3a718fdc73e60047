"""The collector rests during a calculation and is as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from strategies.engine.collection import uncollected


def test_the_collector_rests_and_comes_back_even_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), uncollected():
        assert not gc.isenabled()
        1 / 0  # noqa: B018 -- any error will do
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
