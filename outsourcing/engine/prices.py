"""The lowest price that qualifies for a quantity on a day, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from p2p.core.numbers import decimal_of

PLACES = 8


class Obstacle(StrEnum):
    """Why an offer does not qualify."""

    NOT_YET = "not_yet"
    EXPIRED = "expired"
    TOO_FEW = "too_few"
    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    NO_CONVERSION = "no_conversion"
    NO_RATE = "no_rate"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A price list line. Quantities are in its own unit.

    `factor`: pieces of the item's unit in one of the offer's unit (None: no conversion is known).
    `rate`: units of the order's currency for one of the offer's (None: no exchange rate is known).
    """

    key: int
    price: Decimal
    valid_from: date
    valid_to: date | None = None
    minimum_quantity: Decimal = Decimal(0)
    order_minimum: Decimal | None = None
    order_maximum: Decimal | None = None
    factor: Fraction | None = Fraction(1)
    rate: Fraction | None = Fraction(1)


@dataclass(frozen=True)
class Choice:
    """The offer taken; its price for one of the item's unit, in the order's currency; what was compared."""

    offer: Offer
    price: Decimal
    qualifying: int
    offered: int


def obstacle(offer: Offer, quantity: Decimal, on: date) -> Obstacle | None:
    """What keeps an offer from holding for `quantity` (in the item's unit) on that day; None: nothing."""
    if on < offer.valid_from:
        return Obstacle.NOT_YET
    if offer.valid_to is not None and on > offer.valid_to:
        return Obstacle.EXPIRED
    if offer.factor is None:
        return Obstacle.NO_CONVERSION
    if offer.rate is None:
        return Obstacle.NO_RATE
    wanted = Fraction(quantity) / offer.factor
    if wanted < Fraction(offer.minimum_quantity):
        return Obstacle.TOO_FEW
    if offer.order_minimum is not None and wanted < Fraction(offer.order_minimum):
        return Obstacle.BELOW_MINIMUM
    if offer.order_maximum is not None and wanted > Fraction(offer.order_maximum):
        return Obstacle.ABOVE_MAXIMUM
    return None


def exact_price(offer: Offer) -> Fraction:
    """Money in the order's currency for one of the item's unit, exactly. Needs factor and rate."""
    if offer.factor is None or offer.rate is None:
        raise ValueError("An offer without conversion or rate has no price.")
    return Fraction(offer.price) * offer.rate / offer.factor


def lowest(offers: Iterable[Offer], quantity: Decimal, on: date) -> Choice | None:
    """The qualifying offer with the lowest price; None when none qualifies.

    Equal prices: the one that holds from a larger quantity on, then the younger, then the lower key. The
    price is rounded half up to 8 places, once, here.
    """
    all_offers = list(offers)
    fit = [offer for offer in all_offers if obstacle(offer, quantity, on) is None]
    if not fit:
        return None
    best = min(
        fit,
        key=lambda offer: (
            exact_price(offer),
            -offer.minimum_quantity,
            -offer.valid_from.toordinal(),
            offer.key,
        ),
    )
    return Choice(best, decimal_of(exact_price(best), PLACES), len(fit), len(all_offers))
