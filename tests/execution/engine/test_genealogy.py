"""Which issue went into which receipt."""

from __future__ import annotations

from decimal import Decimal

from execution.engine.genealogy import Came, Issued, connect

STEEL, PAINT = 1, 2
needed = {STEEL: Decimal(20), PAINT: Decimal(5)}


def test_each_receipt_takes_its_share_from_the_oldest_issue_on() -> None:
    issues = [Issued(11, STEEL, Decimal(6)), Issued(12, STEEL, Decimal(14)), Issued(13, PAINT, Decimal(5))]
    edges = connect(issues=issues, receipts=[Came(21, Decimal(4), {})], needed=needed, planned=Decimal(10))
    assert [(edge.issue, edge.receipt, edge.quantity) for edge in edges] == [
        (11, 21, 6),
        (12, 21, 2),
        (13, 21, 2),
    ]


def test_what_is_issued_late_is_connected_when_it_comes() -> None:
    came = [Came(21, Decimal(10), {STEEL: Decimal(20)})]
    assert connect(issues=[], receipts=came, needed=needed, planned=Decimal(10)) == []
    late = [Issued(14, PAINT, Decimal(5))]
    (edge,) = connect(issues=late, receipts=came, needed=needed, planned=Decimal(10))
    assert (edge.issue, edge.receipt, edge.quantity) == (14, 21, 5)


def test_what_was_issued_beyond_need_goes_into_nothing() -> None:
    issues = [Issued(11, STEEL, Decimal(100))]
    edges = connect(issues=issues, receipts=[Came(21, Decimal(10), {})], needed=needed, planned=Decimal(10))
    assert [edge.quantity for edge in edges] == [20]
