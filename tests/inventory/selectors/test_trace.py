"""Traces through real rows: beside a plain walk over random genealogies, hand-checked shares, whereabouts, limits."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core.clock import now
from p2p.inventory.models import Consumed, Lot, Move
from p2p.inventory.selectors import describe, key_of, keys_of, trace
from p2p.inventory.services.ledger import reverse
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_serial,
    make_site,
    make_stock,
    make_vendor,
)

pytestmark = pytest.mark.django_db


class Plant:
    """Rows of a ledger, straight into the tables: what a trace reads, without the documents around it."""

    def __init__(self):
        self.site = make_site(may_go_negative=True)
        self.places = make_locations(self.site)

    def move(self, kind, source, target, quantity, piece, item=None, at=None):
        lot = piece if isinstance(piece, Lot) else None
        serial = piece if piece is not None and lot is None else None
        return Move.objects.create(
            kind=kind,
            source=self.places[source],
            target=self.places[target],
            quantity=Decimal(quantity),
            item=item or piece.item,
            lot=lot,
            serial=serial,
            effective_at=at or now(),
        )

    def bought(self, quantity, **also):
        lot = make_lot(make_item(tracking="lot"), **also)
        self.move("receipt", "SUPPLIER", "STORE", quantity, lot)
        return lot

    def made(self, quantity, inputs, *, lot=None, item=None):
        """`quantity` of a new lot (or of `lot`, or of an untracked item) out of {lot: quantity}."""
        lot = lot or (None if item else make_lot(make_item(tracking="lot")))
        issues = [
            (self.move("issue", "STORE", "PRODUCTION", took, giver), Decimal(took))
            for giver, took in inputs.items()
        ]
        output = self.move("output", "PRODUCTION", "STORE", quantity, lot, item)
        Consumed.objects.bulk_create(
            Consumed(issue=issue, receipt=output, quantity=took) for issue, took in issues
        )
        return lot or output


@pytest.fixture
def plant():
    return Plant()


def up(piece, **also):
    return trace(keys_of([piece]), **also).up.reaches


def down(piece, **also):
    return trace(keys_of([piece]), **also).down.reaches


# ---- random genealogies beside a plain walk


def plain_edges():
    """giver lot -> taker lot -> quantity, without what was reversed: by reading every row."""
    gone = set(Move.objects.exclude(reverses=None).values_list("reverses", flat=True))
    edges = defaultdict(lambda: defaultdict(Fraction))
    for row in Consumed.objects.select_related("issue", "receipt"):
        if row.issue_id not in gone and row.receipt_id not in gone:
            edges[row.issue.lot_id][row.receipt.lot_id] += Fraction(row.quantity)
    return edges


def plain_totals():
    gone = set(Move.objects.exclude(reverses=None).values_list("reverses", flat=True))
    found = defaultdict(Fraction)
    for move in Move.objects.filter(kind__in=("receipt", "output"), reverses=None):
        if move.pk not in gone:
            found[move.lot_id] += Fraction(move.quantity)
    return found


def walk_up(start, edges, totals):
    """What of `start` is in each lot: every single path, added up."""
    found = defaultdict(Fraction)

    def follow(lot, part):
        found[lot] += part
        for taker, took in edges[lot].items():
            follow(taker, part * took / max(totals[lot], took))

    follow(start, totals[start])
    return dict(found)


def walk_down(start, edges, totals):
    found = defaultdict(Fraction)

    def follow(lot, part):
        found[lot] += part
        for giver in list(edges):
            if lot in edges[giver] and totals[lot]:
                follow(giver, edges[giver][lot] * part / totals[lot])

    follow(start, totals[start])
    return dict(found)


def grow(plant, seed):
    """Lots that mix, split and meet again; some orders were taken back."""
    chance = random.Random(seed)
    lots = [plant.bought(chance.randint(50, 90)) for _ in range(3)]
    for _ in range(9):
        inputs = {
            lot: chance.randint(1, 5) for lot in chance.sample(lots, chance.randint(1, min(3, len(lots))))
        }
        lot = plant.made(chance.randint(5, 40), inputs)
        if chance.random() < 0.3:
            again = {giver: chance.randint(1, 3) for giver in chance.sample(lots, 2)}
            plant.made(chance.randint(1, 9), again, lot=lot)
        if chance.random() < 0.2:
            latest = Move.objects.filter(kind__in=("output", "issue")).order_by("-pk")[0]
            reverse(moves=[latest], by=None)
        lots.append(lot)
    return lots


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_are_what_a_plain_walk_over_all_paths_finds(plant, seed):
    lots = grow(plant, seed)
    edges, totals = plain_edges(), plain_totals()
    for lot in lots:
        found = trace([("lot", lot.pk)])
        above = {key[1]: reach.quantity for key, reach in found.up.reaches.items()}
        below = {key[1]: reach.quantity for key, reach in found.down.reaches.items()}
        assert above == walk_up(lot.pk, edges, totals)
        assert below == walk_down(lot.pk, edges, totals)


def test_what_is_shared_out_never_adds_up_to_more_than_there_was(plant):
    lots = grow(plant, 99)
    for lot in lots:
        found = trace([("lot", lot.pk)])
        for band in found.up.bands:
            assert 0 <= band.share <= found.up.reaches[band.giver].quantity


# ---- single cases


def test_a_blend_divided_says_that_it_is_a_proportion_and_a_straight_way_that_it_is_exact(plant):
    steel = plant.bought(20)
    tube = plant.made(10, {steel: 5})
    frame = plant.made(5, {tube: 5})
    assert up(steel)[key_of(frame)].exact
    second = make_lot(steel.item)
    plant.move("receipt", "SUPPLIER", "STORE", 9, second)
    blend = plant.made(10, {steel: 5, second: 5})
    half = plant.made(5, {blend: 5})
    reach = up(steel)[key_of(half)]
    assert reach.quantity == Fraction(5, 2) and not reach.exact


def test_an_order_that_takes_its_own_lot_back_for_rework_is_survived(plant):
    steel = plant.bought(10)
    tube = plant.made(10, {steel: 10})
    plant.made(2, {tube: 2}, lot=tube)
    bike = plant.made(5, {tube: 10})
    found = trace([("lot", steel.pk)])
    assert found.up.reaches[key_of(bike)].quantity == 10
    assert [band for band in found.up.bands if band.loop]


def test_a_split_and_a_merge_are_ways_like_any_other(plant):
    whole = plant.bought(10)
    parts = []
    for quantity in (4, 6):
        part = make_lot(whole.item)
        out = plant.move("regroup", "STORE", "ADJUSTMENT", quantity, whole)
        back = plant.move("regroup", "ADJUSTMENT", "STORE", quantity, part)
        Consumed.objects.create(issue=out, receipt=back, quantity=quantity)
        parts.append(part)
    bike = plant.made(1, {parts[0]: 4})
    reached = up(whole)
    assert reached[key_of(parts[1])].quantity == 6 and reached[key_of(parts[1])].exact
    assert reached[key_of(bike)].quantity == 4
    assert set(down(bike)) == {key_of(bike), key_of(parts[0]), key_of(whole)}


def test_untracked_products_end_a_way_because_they_cannot_be_told_apart(plant):
    steel = plant.bought(10)
    paint = make_item()
    output = plant.made(5, {steel: 5}, item=paint)
    plant.move("issue", "STORE", "PRODUCTION", 5, None, paint)
    reached = up(steel)
    assert set(reached) == {key_of(steel), ("move", output.pk)}
    assert set(down(output)) == {("move", output.pk), key_of(steel)}


def test_a_lot_stands_for_its_serial_numbers(plant):
    lot = make_lot(make_item(tracking="serial"))
    serial = make_serial(lot.item, lot=lot)
    plant.move("receipt", "SUPPLIER", "STORE", 1, serial)
    bike = plant.made(1, {serial: 1})
    assert key_of(bike) in up(lot)


def test_a_trace_that_is_too_large_says_so_and_shows_the_nearest(plant):
    steel = plant.bought(100)
    takers = [plant.made(1, {steel: 1}) for _ in range(12)]
    found = trace([("lot", steel.pk)], limit=4)
    assert (
        found.cut == "More than 4 lots, serial numbers and moves hang together here: the nearest are shown."
    )
    assert 1 < len(found.up.reaches) <= 13
    assert trace([("lot", steel.pk)]).cut == ""
    assert len(trace([("lot", steel.pk)]).up.reaches) == len(takers) + 1


def test_so_many_steps_and_no_more(plant):
    lots = [plant.bought(10)]
    for _ in range(5):
        lots.append(plant.made(1, {lots[-1]: 1}))
    found = trace([("lot", lots[0].pk)], depth=2)
    assert set(found.up.reaches) == {key_of(lot) for lot in lots[:3]}
    assert found.cut == "The trace goes 5 steps deep: 2 are shown."


def test_an_issue_that_was_taken_back_leads_nowhere(plant):
    steel = plant.bought(10)
    tube = plant.made(5, {steel: 5})
    reverse(moves=list(Move.objects.filter(kind="issue", lot=steel)), by=None)
    assert set(up(steel)) == {key_of(steel)}
    assert set(down(tube)) == {key_of(tube)}


def test_a_trace_of_any_size_takes_the_same_queries(plant):
    lots = grow(plant, 3)
    plant.move("issue", "STORE", "PRODUCTION", 3, lots[0])
    with CaptureQueriesContext(connection) as few:
        describe(trace(keys_of([lots[0]])))
    for _ in range(20):
        plant.made(1, {lots[0]: 1})
    with CaptureQueriesContext(connection) as many:
        found = trace(keys_of([lots[0]]))
        describe(found)
    assert len(found.keys) > 20
    assert len(few) == len(many) <= 14


# ---- whereabouts


def amounts(piece):
    found = trace(keys_of([piece]))
    node = describe(found)[key_of(piece)]
    where = {spot.where: node.amount(spot.where) for spot in node.spots}
    return where, node.total


def test_everything_that_came_of_a_lot_is_somewhere(plant):
    steel = plant.bought(20)
    plant.made(5, {steel: 6})
    plant.move("delivery", "STORE", "CUSTOMER", 5, steel)
    plant.move("return", "CUSTOMER", "STORE", 1, steel)
    plant.move("scrap", "STORE", "SCRAP", 2, steel)
    plant.move("issue", "STORE", "PRODUCTION", 3, steel)
    where, made = amounts(steel)
    assert where == {"stock": 5, "consumed": 6, "shipped": 4, "scrapped": 2, "process": 3}
    assert sum(where.values()) == made == 20


def test_stock_at_a_vendors_place_is_at_the_vendor(plant):
    steel = plant.bought(20)
    vendor = make_vendor(name="Acme")
    plant.places["V"] = make_location(plant.site, code="V-ACME", kind="vendor", vendor=vendor)
    plant.move("transfer", "STORE", "V", 8, steel)
    found = describe(trace(keys_of([steel])))[key_of(steel)]
    assert [(spot.where, spot.quantity, spot.party) for spot in found.spots if spot.where == "vendor"] == [
        ("vendor", 8, "Acme")
    ]


def test_stock_of_a_count_belongs_to_what_came_of_a_lot(plant):
    lot = make_lot(make_item(tracking="lot"))
    make_stock(lot.item, 5, plant.places["STORE"], lot=lot)
    plant.move("count", "ADJUSTMENT", "STORE", 2, lot)
    where, made = amounts(lot)
    assert where == {"stock": 7} and made == 7


def test_what_was_issued_by_hand_to_a_cost_place_is_consumed(plant):
    lot = plant.bought(9)
    plant.move("issue", "STORE", "ADJUSTMENT", 4, lot)
    plant.move("issue", "ADJUSTMENT", "STORE", 1, lot)
    where, made = amounts(lot)
    assert where == {"stock": 6, "consumed": 3} and made == 9


def test_what_counts_and_adjustments_took_is_nowhere(plant):
    lot = plant.bought(9)
    plant.move("adjustment", "STORE", "ADJUSTMENT", 2, lot)
    plant.move("count", "STORE", "ADJUSTMENT", 1, lot)
    where, made = amounts(lot)
    assert where == {"stock": 6} and made == 9


def test_what_went_back_to_the_vendor_is_returned_to_it(plant):
    lot = plant.bought(9)
    plant.move("return", "STORE", "SUPPLIER", 4, lot)
    where, made = amounts(lot)
    assert where == {"stock": 5, "returned": 4} and made == 9
