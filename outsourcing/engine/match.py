"""Three-way match: what was agreed, what was received, what the vendor asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Misfit(StrEnum):
    """Why a line of an invoice does not match."""

    NOTHING_RECEIVED = "nothing_received"
    QUANTITY = "quantity"
    PRICE = "price"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One line of an invoice beside its order line. Prices per one of the item's unit, in one currency.

    `received`: accepted pieces so far; `invoiced`: already matched on earlier invoices.
    """

    key: int
    agreed_price: Decimal
    received: Decimal
    invoiced: Decimal
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True)
class Finding:
    key: int
    misfit: Misfit
    asked: Decimal
    allowed: Decimal


def match(
    lines: Iterable[Asked], *, price_fraction: Decimal = Decimal(0), quantity_fraction: Decimal = Decimal(0)
) -> list[Finding]:
    """Everything that does not fit, in the order of the lines; an empty list is a match.

    Tolerances are fractions upwards: a vendor who asks for less than agreed is never blocked. A quantity may
    exceed what was received and not yet invoiced by `quantity_fraction` of what was received.
    """
    found: list[Finding] = []
    for line in lines:
        open_quantity = line.received - line.invoiced
        allowed = max(Decimal(0), open_quantity + line.received * quantity_fraction)
        if line.received == 0:
            found.append(Finding(line.key, Misfit.NOTHING_RECEIVED, line.quantity, Decimal(0)))
        elif line.quantity > allowed:
            found.append(Finding(line.key, Misfit.QUANTITY, line.quantity, allowed))
        highest = line.agreed_price * (1 + price_fraction)
        if line.price > highest:
            found.append(Finding(line.key, Misfit.PRICE, line.price, highest))
    return found
