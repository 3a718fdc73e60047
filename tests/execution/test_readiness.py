"""The one word and sentence of an operation, where two of them could be meant."""

from __future__ import annotations

from decimal import Decimal

from execution import selectors
from planning.models import Operation


def said(*, quantity: int, good: int, made: int) -> selectors.Readiness:
    operation = Operation(quantity=Decimal(quantity), good_quantity=Decimal(good), scrap_quantity=Decimal(0))
    vars(operation)["ready_from"] = Decimal(made)
    return selectors.readiness(operation)


def test_with_every_piece_reported_it_is_to_be_finished_and_waits_for_nothing() -> None:
    now = said(quantity=10, good=10, made=10)
    assert (now.state, now.words) == ("done", "All reported")


def test_with_the_pieces_at_hand_reported_it_waits_for_the_operation_before() -> None:
    now = said(quantity=10, good=4, made=4)
    assert (now.state, now.words, now.pieces) == ("waiting", "Waits for pieces", Decimal(0))
    assert said(quantity=10, good=4, made=6).pieces == 2
