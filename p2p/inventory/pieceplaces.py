"""Where lots, serial numbers, handling units and rules show themselves: rail, buttons, words of the journal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.web import journal, lookup
from p2p.inventory.models import HandlingUnit
from p2p.inventory.models.lot import UNIT_FLOW
from p2p.inventory.selectors.pieces import content, has_others
from p2p.inventory.services import units

KEEPERS = (Role.SUPERVISOR, Role.INSPECTOR)
MOVERS = (Role.SUPERVISOR, Role.OPERATOR)
RULERS = (Role.SUPERVISOR, Role.ENGINEER)
STEPS: dict[str, Any] = {
    "created": _("made it"),
    "packed": _("packed it"),
    "unpacked": _("unpacked it"),
    "nested": _("put a unit into another"),
    "taken_out": _("took it out of another unit"),
    "moved": _("moved it with all in it"),
    "closed": _("closed it"),
    "opened": _("opened it"),
    "retired": _("retired it"),
    "reused": _("took it into use again"),
}


def register() -> None:
    """Called once, with the other places of stock."""
    rows = lookup.Source(rows=HandlingUnit.objects.all, name="sscc", site_path="location__site__code")
    lookup.register(HandlingUnit, rows)
    places.nav(section="inventory", title=_("Serial numbers"), url_name="inventory:serials", order=31)
    places.nav(section="inventory", title=_("Handling units"), url_name="inventory:units", order=32)
    places.nav(section="inventory", title=_("Rules of stock"), url_name="inventory:stock-rules", order=90)
    _lots()
    _units()
    _rules()
    _labels()
    _words()


def _lots() -> None:
    for slot, title, name in (
        ("lots", _("New lot"), "new-lot"),
        ("serials", _("New serial numbers"), "new-serials"),
    ):
        places.verb(
            f"{slot}.actions",
            key="new",
            title=title,
            url_name=f"inventory:{name}",
            roles=KEEPERS,
            primary=True,
        )
    for order, (key, title, name, roles) in enumerate(
        (
            ("change", _("Change"), "change-lot", KEEPERS),
            ("retest", _("Tested again"), "retest", KEEPERS),
            ("hold", _("Put on hold"), "hold-lot", KEEPERS),
            ("split", _("Split"), "split-lot", MOVERS),
            ("merge", _("Merge"), "merge-lots", MOVERS),
        )
    ):
        places.verb(
            "lot.actions", key=key, title=title, url_name=f"inventory:{name}", roles=roles, order=10 + order,
            when=has_others if key == "merge" else None,
        )  # fmt: skip
    for key, title in (("change", _("Change")), ("hold", _("Put on hold"))):
        places.verb("serial.actions", key=key, title=title, url_name=f"inventory:{key}-serial", roles=KEEPERS)


def _units() -> None:
    places.verb(
        "handling_units.actions",
        key="new",
        title=_("New handling units"),
        url_name="inventory:new-units",
        roles=MOVERS,
        primary=True,
    )
    for order, (key, title, name, when) in enumerate(
        (
            ("pack", _("Pack"), "pack", _open),
            ("unpack", _("Unpack"), "unpack", _holds),
            ("move", _("Move"), "move-unit", _open),
            ("nest", _("Put into another"), "nest", _open),
            ("close", _("Close"), "close-unit", _full),
        )
    ):
        places.verb(
            "unit.actions",
            key=key,
            title=title,
            url_name=f"inventory:{name}",
            roles=MOVERS,
            order=10 + order,
            primary=key == "pack",
            when=when,
        )
    _steps_of_units()


def _steps_of_units() -> None:
    for key, title, service in (
        ("open", _("Open"), units.open_unit),
        ("retire", _("Retire"), units.retire_unit),
        ("reuse", _("Use again"), units.reuse_unit),
        ("take_out", _("Take out"), units.take_out),
    ):
        places.verb(
            "unit.actions",
            key=key,
            title=title,
            service=service,
            model=HandlingUnit,
            argument="unit",
            roles=MOVERS,
            order=30,
            when=_may(key),
        )


def _open(unit: HandlingUnit) -> bool:
    return unit.state == HandlingUnit.State.OPEN


def _holds(unit: HandlingUnit) -> bool:
    """What lies in a unit that stands in it is taken out of that one."""
    return _open(unit) and content(unit).filter(handling_unit=unit).exists()


def _full(unit: HandlingUnit) -> bool:
    return _open(unit) and (unit.children.exists() or content(unit).exists())


def _may(key: str) -> Any:
    if key == "take_out":
        return lambda unit: unit.parent_id is not None
    return lambda unit: key in UNIT_FLOW.open_to(unit)


def _rules() -> None:
    lists = (
        ("stock_rules", "stock-rules", "stock-rule", _("Rules of stock"), _("New rule")),
        ("attribute_rules", "attribute-rules", "attribute-rule", _("Attributes of lots"), _("New rule")),
        ("count_classes", "classes-of-counting", "count-class", _("Classes of counting"), _("New class")),
        ("put_away_rules", "put-away-rules", "put-away-rule", _("Rules of putting away"), _("New rule")),
        ("supply_rules", "supply-rules", "supply-rule", _("Supply of lines"), _("New rule")),
    )
    for slot, _address, form, _title, new in lists:
        places.verb(
            f"{slot}.actions",
            key="new",
            title=new,
            url_name=f"inventory:new-{form}",
            roles=RULERS,
            primary=True,
        )
        for order, (other, address, _form, title, _new) in enumerate(lists):
            if other != slot:
                places.verb(
                    f"{slot}.actions",
                    key=address,
                    title=title,
                    url_name=f"inventory:{address}",
                    page=True,
                    order=20 + order,
                )


def _labels() -> None:
    for slot in ("lot", "serial", "unit", "item"):
        places.verb(
            f"{slot}.actions",
            key="stock-label",
            title=_("Label"),
            url_name=f"inventory:{slot}-label",
            page=True,
            order=60,
            icon="printer",
        )


def _words() -> None:
    journal.phrase("inventory.LotsMade", lambda said: _("made the lot"))
    journal.phrase("inventory.LotChanged", lambda said: _("changed what is written about it"))
    journal.phrase(
        "inventory.LotRetested",
        lambda said: _("tested it again: passed") if said.get("passed") else _("tested it again: failed"),
    )
    journal.phrase("inventory.LotsRegrouped", lambda said: _("regrouped lots"))
    journal.phrase("inventory.UnitsHandled", lambda said: STEPS.get(str(said.get("step")), said.get("step")))
