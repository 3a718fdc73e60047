"""What left or came in by mistake is taken back: what stays together, whose it is, and what is kept for whom."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import HandlingUnit
from planning.services import shipments
from tests.planning.services.test_travelling_units import Yard

pytestmark = pytest.mark.django_db


def test_of_what_left_on_a_pallet_no_part_is_taken_back_so_that_the_pallet_stands_at_one_place() -> None:
    yard = Yard()
    (row,) = [row for row in yard.sent() if row.move.item == yard.bolt]
    with pytest.raises(Refused, match="BOLT left in PALLET: take all 4 EA of it back"):
        shipments.take_back(shipments=[row], quantity=Decimal(1), by=None)
    assert set(HandlingUnit.objects.values_list("location", flat=True)) == {yard.road.pk}
    shipments.take_back(shipments=[row], quantity=Decimal(4), by=None)
    assert HandlingUnit.objects.get(number="PALLET").location == yard.store
    assert problems() == []
