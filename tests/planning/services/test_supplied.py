"""Components that a vendor procures, or that lie at it: what plan, order, note and receipt make of them."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from execution.services.release import release
from outsourcing import selectors as outside_work
from outsourcing.models import SubcontractOrder
from outsourcing.services import dispatch as dispatching
from outsourcing.services import order as ordering
from outsourcing.services import receive as receiving
from outsourcing.services.places import place_at
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance
from planning.engine.mrp import plan
from planning.models import Demand, Material, ProductionOrder
from planning.rules import Rules
from planning.services import outside
from planning.services.order import create_order
from planning.snapshot.keys import made_from
from planning.snapshot.material import take
from planning.snapshot.recipes import Recipes
from strategies.models import Item, OutsourcingPolicy, ResourceGroup, Site, Vendor
from strategies.selectors.outwork import OutsideRules
from tests.factories import (
    make_bom,
    make_group,
    make_item,
    make_locations,
    make_route,
    make_site,
    make_stock,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 2), date(2026, 8, 31)
D = Decimal


class Plant:
    """A frame of two tubes and one bolt: 10 is plated by a vendor, 20 is ours and takes the bolt."""

    def __init__(self) -> None:
        self.by, self.site = make_user("administrator"), make_site("MAIN", locations=False)
        self.store = make_locations(self.site, "STORE")["STORE"]
        self.vendor = make_vendor("PLATER", name="Platers Ltd", email="o@x.example", subcontractor=True)
        group = make_group(self.site)
        self.tube, self.bolt = (make_item(name, policy={"supply": "buy"}) for name in ("TUBE", "BOLT"))
        self.frame = make_item("FRAME", policy={"supply": "make"})
        make_bom(
            self.frame,
            {
                self.tube: {"quantity": D(2), "operation_number": 10},
                self.bolt: {"quantity": D(1), "operation_number": 20},
            },
        )
        make_route(self.frame, [{"group": group, "run_seconds": 60}] * 2)
        make_vendor_price(self.vendor, self.frame, "2", operation_number=10)
        for item in (self.tube, self.bolt):
            make_stock(item, 100, self.store)

    def policy(self, supply: str, **also: Any) -> OutsourcingPolicy:
        return policy(self.site, self.frame, self.vendor, supply, **{"operation_number": 10, **also})

    def order(self, start: date = FIRST) -> ProductionOrder:
        return create_order(
            item=self.frame, site=self.site, quantity=D(10), start_on=start, due_on=start + timedelta(days=14),
            by=self.by,
        )  # fmt: skip

    def released(self) -> tuple[ProductionOrder, SubcontractOrder]:
        order = self.order()
        release(orders=[order], by=self.by)
        found = SubcontractOrder.objects.get(lines__operation__order=order)
        ordering.send(order=found, by=self.by)
        return order, found

    def wanted(self) -> dict[str, Decimal]:
        """What the plan needs of each component for its orders and for those that are open."""
        taken = take(self.site, Rules(first=FIRST, last=LAST))
        names = {item.pk: item.number for item in (self.tube, self.bolt)}
        found: dict[str, Decimal] = defaultdict(Decimal)
        for need in plan(taken.problem).needs:
            if need.item in names:
                found[names[need.item]] += need.quantity
        return dict(found)

    def there(self, item: Item) -> dict[str, Decimal]:
        rows = Balance.objects.filter(item=item).exclude(quantity=0).order_by("location__code")
        return dict(rows.values_list("location__code", "quantity"))


def policy(site: Site, item: Item, vendor: Vendor, supply: str, **also: Any) -> OutsourcingPolicy:
    given = {"rule": "vendor", "valid_from": date(2020, 1, 1), "lead_time_days": 3, **also}
    return OutsourcingPolicy.objects.create(site=site, item=item, vendor=vendor, supply=supply, **given)


def kinds(order: ProductionOrder) -> dict[str, str]:
    return dict(Material.objects.filter(order=order).values_list("item__number", "kind"))


def demand(plant: Plant, quantity: int, day: date = FIRST + timedelta(days=60)) -> None:
    Demand.objects.create(
        number=f"SO-{day}", site=plant.site, item=plant.frame, unit=plant.frame.unit, quantity=D(quantity),
        ordered_on=FIRST, due_on=day,
    )  # fmt: skip


@pytest.fixture
def plant() -> Plant:
    return Plant()


def back(order: SubcontractOrder, good: int, by: User) -> None:
    line = order.lines.get()
    receiving.receive(order=order, lines=[receiving.Back(line=line, good=D(good))], by=by)


def test_what_the_vendor_procures_is_not_planned_and_the_order_says_so(plant: Plant) -> None:
    demand(plant, 10)
    assert plant.wanted() == {"TUBE": 20, "BOLT": 10}
    plant.policy("vendor")
    assert plant.wanted() == {"BOLT": 10}
    Demand.objects.all().delete()
    assert kinds(plant.order()) == {"TUBE": "vendor", "BOLT": "item"}
    assert plant.wanted() == {"BOLT": 10}


def test_what_the_vendor_procures_is_not_sent_and_the_pieces_come_back_all_the_same(plant: Plant) -> None:
    plant.policy("vendor")
    _order, outside_order = plant.released()
    assert not outside_work.to_send().exists()
    with pytest.raises(Refused, match="Nothing stands ready to go to Platers Ltd"):
        dispatching.dispatch(order=outside_order, by=plant.by)
    back(outside_order, 10, plant.by)
    assert plant.there(plant.tube) == {"STORE": 100}


def test_our_stock_at_the_vendor_is_not_sent_and_used_up_there(plant: Plant) -> None:
    plant.policy("consigned")
    demand(plant, 10)
    assert plant.wanted() == {"TUBE": 20, "BOLT": 10}
    make_stock(plant.tube, 30, place_at(vendor=plant.vendor, site=plant.site))
    order, outside_order = plant.released()
    assert kinds(order) == {"TUBE": "consigned", "BOLT": "item"}
    assert not outside_work.to_send().exists()
    with pytest.raises(Refused, match="Nothing stands ready"):
        dispatching.dispatch(order=outside_order, by=plant.by)
    back(outside_order, 4, plant.by)
    assert plant.there(plant.tube) == {"STORE": 100, "V-PLATER": 22}


def test_too_little_of_our_stock_at_the_vendor_is_named_at_the_receipt(plant: Plant) -> None:
    plant.policy("consigned")
    make_stock(plant.tube, 7, place_at(vendor=plant.vendor, site=plant.site))
    _order, outside_order = plant.released()
    with pytest.raises(Refused, match="TUBE"):
        back(outside_order, 4, plant.by)
    assert plant.there(plant.tube) == {"STORE": 100, "V-PLATER": 7}


def test_what_we_send_has_to_be_there_before_pieces_come_back(plant: Plant) -> None:
    plant.policy("vendor", valid_to=FIRST - timedelta(days=1))
    plant.policy("send", valid_from=FIRST)
    order, outside_order = plant.released()
    assert kinds(order) == {"TUBE": "item", "BOLT": "item"}
    with pytest.raises(Refused, match="pieces were sent"):
        back(outside_order, 10, plant.by)


def test_the_policy_of_the_operation_outranks_a_later_one_of_the_item_on_its_days(plant: Plant) -> None:
    plant.policy("send", valid_to=FIRST + timedelta(days=9))
    plant.policy("vendor", operation_number=None, valid_from=date(2026, 2, 1))
    other = make_vendor("OTHER")
    rules, at = OutsideRules(plant.site, {plant.frame.pk}), (plant.frame.pk, 10)
    assert rules.supply(*at, FIRST, plant.vendor.pk) == "send"
    assert rules.supply(*at, FIRST + timedelta(days=10), plant.vendor.pk) == "vendor"
    assert rules.supply(*at, FIRST + timedelta(days=10), other.pk) == "send"
    assert kinds(plant.order(FIRST)) == {"TUBE": "item", "BOLT": "vendor"}
    assert kinds(plant.order(FIRST + timedelta(days=10))) == {"TUBE": "vendor", "BOLT": "vendor"}


def test_components_follow_the_operation_that_is_sent_out_and_brought_back_by_hand(plant: Plant) -> None:
    plant.policy("vendor", rule="overflow")
    order = plant.order()
    assert kinds(order) == {"TUBE": "item", "BOLT": "item"}
    operation = order.operations.get(number=10)
    outside.send_out(operation=operation, vendor=plant.vendor, by=plant.by)
    assert kinds(order) == {"TUBE": "vendor", "BOLT": "item"}
    assert plant.wanted() == {"BOLT": 10}
    outside.bring_back(operation=operation, by=plant.by)
    assert kinds(order) == {"TUBE": "item", "BOLT": "item"}


def test_a_phantom_that_the_vendor_procures_is_procured_whole_and_does_not_come_home(plant: Plant) -> None:
    kit = make_item("KIT")
    make_bom(kit, {plant.tube: 3})
    make_bom(
        plant.frame, {kit: {"quantity": D(1), "kind": "phantom", "operation_number": 10}}, version=2,
        from_quantity=D(5),
    )  # fmt: skip
    plant.policy("vendor")
    order = plant.order()
    assert kinds(order) == {"KIT": "vendor"}
    with pytest.raises(Refused, match="has the vendor procure the phantom KIT"):
        outside.bring_back(operation=order.operations.get(number=10), by=plant.by)


def random_way(
    chance: random.Random, item: Item, group: ResourceGroup, others: list[Item], last: bool
) -> None:
    """A bill, and none to two routes, of which one holds from a day on and for many pieces."""
    for number in range(chance.randint(int(last), 2)):
        steps = [{"group": group, "number": at} for at in sorted(chance.sample((10, 20, 30), 2))]
        first = FIRST + timedelta(days=chance.randint(1, 70)) if number else None
        make_route(item, steps, version=number + 1, from_quantity=D(number * 40), valid_from=first)
    make_bom(
        item,
        {
            each: {
                "quantity": D(chance.randint(1, 3)),
                "kind": "phantom" if each.number.startswith("PH") else "item",
                "operation_number": chance.choice((None, 10, 20, 30)),
            }
            for each in chance.sample(others, 3)
        },
    )


def random_policies(chance: random.Random, item: Item, vendor: Vendor, site: Site) -> None:
    for _policy in range(chance.randint(0, 3)):
        begins = FIRST + timedelta(days=chance.randint(-20, 60))
        OutsourcingPolicy.objects.get_or_create(
            site=site,
            item=item,
            vendor=vendor,
            operation_number=chance.choice((None, 10, 20)),
            valid_from=begins,
            defaults={
                "rule": chance.choice(("vendor", "vendor", "make", "overflow")),
                "supply": chance.choice(("vendor", "vendor", "send", "consigned")),
                "valid_to": chance.choice((None, begins + timedelta(days=30))),
            },
        )


def random_plant(chance: random.Random, site: Site) -> list[Item]:
    vendor, group = make_vendor(), make_group(site)
    items = [make_item(policy={"supply": "buy"}) for _leaf in range(4)]
    for level in range(6):
        name = f"{chance.choice(('PH', 'PH', 'MK')) if level < 5 else 'MK'}{level}-{site.code}"
        item = make_item(name, policy={"supply": "make"})
        random_way(chance, item, group, items, last=level == 5)
        random_policies(chance, item, vendor, site)
        items.append(item)
    for at, item in enumerate(item for item in items[4:] if item.number.startswith("MK")):
        Demand.objects.create(
            number=f"SO-{site.code}-{at}",
            site=site,
            item=item,
            unit=item.unit,
            quantity=D(chance.choice([3, 70])),
            ordered_on=FIRST,
            due_on=FIRST + timedelta(days=chance.randrange(60, 100)),
        )
    return items


def test_plan_and_firming_agree_on_what_vendors_procure() -> None:
    procured = 0
    for seed in range(12):
        procured += agreeing(random.Random(seed))
    assert procured > 10


def agreeing(chance: random.Random) -> int:
    """Lines that vendors procure, in the orders of a random plant."""
    site = make_site()
    recipes = Recipes(site, [item.pk for item in random_plant(chance, site)])
    taken = take(site, Rules(first=FIRST, last=LAST))
    answer = plan(taken.problem)
    needs: Any = defaultdict(lambda: defaultdict(Decimal))
    for need in answer.needs:
        if need.need_kind == "order":
            needs[need.need][made_from(need.item)[0]] += need.quantity
    procured = 0
    for order in answer.orders:
        item, bom, route = taken.made_from(order)
        assert order.source == "buy" or bom is not None
        parts = recipes.unfolded(bom, route, order.start, order.quantity).parts
        exact: dict[int, Fraction] = defaultdict(Fraction)
        for part in parts:
            if not part.procured:
                exact[part.item.pk] += part.needed(Fraction(order.quantity))
        assert {key: Fraction(quantity) for key, quantity in needs[order.number].items()} == exact
        procured += sum(part.procured for part in parts)
    return procured
