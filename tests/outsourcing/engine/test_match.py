"""Three-way match, line by line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outsourcing.engine.match import Asked, Misfit, match


def asked(quantity: str, price: str, *, received: str = "100", invoiced: str = "0") -> Asked:
    return Asked(
        key=1,
        agreed_price=Decimal("4.00"),
        received=Decimal(received),
        invoiced=Decimal(invoiced),
        quantity=Decimal(quantity),
        price=Decimal(price),
    )


def test_what_was_received_at_the_agreed_price_matches() -> None:
    assert match([asked("100", "4.00")]) == []


def test_less_money_or_fewer_pieces_than_agreed_never_block() -> None:
    assert match([asked("60", "3.50")]) == []


@pytest.mark.parametrize(
    ("line", "misfit", "allowed"),
    [
        (asked("101", "4.00"), Misfit.QUANTITY, "100"),
        (asked("50", "4.00", invoiced="60"), Misfit.QUANTITY, "40"),
        (asked("100", "4.01"), Misfit.PRICE, "4.00"),
        (asked("1", "4.00", received="0"), Misfit.NOTHING_RECEIVED, "0"),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(line: Asked, misfit: Misfit, allowed: str) -> None:
    (finding,) = match([line])
    assert (finding.misfit, finding.allowed) == (misfit, Decimal(allowed))


def test_tolerances_stretch_price_and_quantity_to_the_last_digit() -> None:
    tolerant = {"price_fraction": Decimal("0.02"), "quantity_fraction": Decimal("0.05")}
    assert match([asked("105", "4.08")], **tolerant) == []
    assert [found.misfit for found in match([asked("106", "4.081")], **tolerant)] == [
        Misfit.QUANTITY,
        Misfit.PRICE,
    ]


def test_a_tolerance_on_the_quantity_is_not_granted_again_with_every_invoice() -> None:
    again = asked("5", "4.00", invoiced="105")
    assert [found.misfit for found in match([again], quantity_fraction=Decimal("0.05"))] == [Misfit.QUANTITY]
