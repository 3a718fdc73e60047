"""A plant that runs elsewhere, in files as the old system gives them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.test import TestCase

from costing.models import CostElement, CostRate, CostVersion, ItemCost
from p2p.core.models import User
from strategies.models import CutOver, CutOverRun, Item, Site, Vendor
from strategies.services import cutover
from tests.factories import (
    make_bom,
    make_cost_category,
    make_group,
    make_item,
    make_location,
    make_route,
    make_site,
    make_user,
    make_vendor,
)

D = Decimal


@dataclass
class Old:
    """Master data that is here already, and a desk for what runs."""

    site: Site
    product: Item
    part: Item
    bulk: Item
    vendor: Vendor
    by: User
    desk: CutOver

    def file(self, name: str, *lines: str) -> None:
        """Hand in one CSV: headings first."""
        cutover.add_file(
            cut_over=self.desk, name=f"{name}.csv", content="\n".join(lines).encode(), by=self.by
        )

    def workbook(self) -> None:
        """Everything of the plant in one ZIP."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, lines in FILES.items():
                archive.writestr(f"{name}.csv", "\n".join(lines))
        cutover.add_file(cut_over=self.desk, name="old.zip", content=packed.getvalue(), by=self.by)

    def try_out(self) -> CutOverRun:
        with TestCase.captureOnCommitCallbacks(execute=True):
            run = cutover.try_out(cut_over=self.desk, by=self.by)
        run.refresh_from_db()
        return run

    def take_over(self) -> CutOverRun:
        with TestCase.captureOnCommitCallbacks(execute=True):
            run = cutover.take_over(cut_over=self.desk, by=self.by)
        run.refresh_from_db()
        self.desk.refresh_from_db()
        return run


FILES = {
    "opening_stock": (
        "site,location,item,lot,quantity,day,expires_on",
        "OLD,STORE,PART,,120,2026-06-01,",
        "OLD,STORE,BULK,B-7,50,2026-06-01,2027-01-31",
    ),
    "opening_values": ("site,item,value,day", "OLD,PART,250,2026-06-01", "OLD,BULK,500,2026-06-01"),
    "open_orders": (
        "number,site,item,quantity,start_on,due_on,released",
        "WO-1,OLD,PROD,10,2026-05-20,2026-06-05,yes",
        "WO-2,OLD,PROD,5,2026-06-03,2026-06-10,no",
        "WO-3,OLD,PROD,4,2026-05-28,2026-06-04,yes",
    ),
    "open_materials": (
        "order,item,lot,quantity,day",
        "WO-1,PART,,20,2026-05-20",
        "WO-1,BULK,B-6,10,2026-05-20",
    ),
    "open_operations": (
        "order,operation,good,scrap,hours,done,day",
        "WO-1,10,9,1,2,yes,2026-05-22",
        "WO-1,20,4,0,1.5,no,2026-05-29",
    ),
    "open_subcontracts": (
        "number,vendor,order,operation,quantity,at_vendor,price,sent_on,due_on,promised_on",
        "SC-9,PLATER,WO-1,30,10,3,4.5,2026-05-30,2026-06-03,2026-06-04",
    ),
    "open_purchases": (
        "number,site,item,vendor,quantity,received,price,ordered_on,due_on,promised_on",
        "PO-77,OLD,PART,PLATER,100,40,2.10,2026-05-10,2026-06-15,2026-06-16",
    ),
    "sales_history": (
        "number,line,site,item,quantity,day",
        "SO-1,1,OLD,PROD,7,2026-04-03",
        "SO-2,1,OLD,PROD,8,2026-05-03",
    ),
    "number_series": ("code,prefix,width,next_value", "MO,WO-,1,500"),
    "control_figures": (
        "cut_over,measure,of,expected",
        "Old plant,stock.quantity,PART,120",
        "Old plant,opening.value,,750",
        "Old plant,wip.pieces,WO-1,9",
    ),
}


def make_old_plant() -> Old:
    """Site OLD: PROD of two PART and one BULK (by lot), turned, drilled, plated outside."""
    site = make_site("OLD")
    make_location(site, code="RECEIVING", kind="receiving")
    part = make_item("PART")
    bulk = make_item("BULK", tracking="lot")
    product = make_item("PROD", supply="make", kind="product")
    make_bom(product, {part: 2, bulk: 1})
    vendor = make_vendor("PLATER", subcontractor=True)
    hours = make_cost_category("TURN")
    turning, drilling = make_group(site, "TURN"), make_group(site, "DRILL")
    make_route(
        product,
        [
            {"group": turning, "run_seconds": 60, "run_category": hours},
            {"group": drilling, "run_seconds": 60, "run_category": hours},
            {"outside": True},
            {"group": drilling, "run_seconds": 30},
        ],
    )
    _standards(site, {part: D(2), bulk: D(10), product: D(30)}, hours)
    by = make_user("administrator")
    desk = cutover.begin(name="Old plant", site=site, day=date(2026, 6, 1), by=by)
    return Old(site, product, part, bulk, vendor, by, desk)


def _standards(site: Site, costs: dict[Item, Decimal], hours: object) -> None:
    version = CostVersion.objects.create(
        code="STD", name="Standard", site=site, state="active", valid_from=date(2026, 1, 1)
    )
    material = CostElement.objects.get_or_create(code="MAT", defaults={"name": "M", "kind": "material"})[0]
    labour = CostElement.objects.get_or_create(code="LAB", defaults={"name": "L", "kind": "labour"})[0]
    for item, cost in costs.items():
        ItemCost.objects.create(version=version, item=item, element=material, this_level=cost)
    CostRate.objects.create(version=version, category=hours, element=labour, per_hour=D(40))
