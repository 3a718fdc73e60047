"""Where strategies shows itself: the rail, the buttons of its pages, the words of its facts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.facts import objections
from p2p.core.web import journal, lookup
from strategies import bomplaces, cutoverplaces, routeplaces, workplaces
from strategies.facts import Activating, Reopening, VersionRetiring
from strategies.models import BomVersion, ImportRun, Item, RouteVersion, StandardOperation, Vendor
from strategies.models.version import VERSION_FLOW
from strategies.services import versions
from strategies.services.importer import all_right, import_again, import_rest, partly_right
from strategies.services.items import restore_item, retire_item
from strategies.services.vendors import restore_vendor, retire_vendor

ENGINEER = (Role.ENGINEER,)
IMPORTERS = (Role.ENGINEER, Role.BUYER, Role.INTEGRATOR)


def register() -> None:
    """Called once by AppConfig.ready."""
    _rail()
    _look_ups()
    _lists()
    _item()
    _vendor()
    _units()
    _imports()
    for slot, model, kind in (("bom", BomVersion, "bom"), ("route", RouteVersion, "route")):
        _version(f"{slot}.actions", model, kind)
    places.verb(
        "calendar.actions",
        key="exception",
        title=_("A day that differs"),
        url_name="strategies:add-exception",
        roles=(Role.ENGINEER, Role.PLANNER),
        primary=True,
    )
    bomplaces.register()
    cutoverplaces.register()
    workplaces.register()
    routeplaces.register()
    _words()


def _look_ups() -> None:
    items = lookup.Source(rows=lambda: Item.objects.filter(active=True), note="unit__code")
    lookup.register(Item, items)
    lookup.register(Vendor, lookup.Source(rows=lambda: Vendor.objects.filter(active=True)))
    library = lookup.Source(rows=lambda: StandardOperation.objects.filter(active=True), number="code")
    lookup.register(StandardOperation, library)


def _rail() -> None:
    for order, (title, name) in enumerate(
        (
            (_("Items"), "items"),
            (_("Bills of material"), "boms"),
            (_("Routes"), "routes"),
            (_("Work centres"), "work-centres"),
            (_("Calendars"), "calendars"),
            (_("Vendors"), "vendors"),
            (_("Locations"), "locations"),
            (_("Sites"), "sites"),
            (_("Units"), "units"),
            (_("Characteristics"), "characteristics"),
            (_("Currencies"), "currencies"),
            (_("Reason codes"), "reasons"),
            (_("Number series"), "number-series"),
            (_("Imports"), "imports"),
            (_("Going live"), "cut-overs"),
        ),
        start=1,
    ):
        places.nav(section="strategies", title=title, url_name=f"strategies:{name}", order=10 * order)


def _lists() -> None:
    new_item = {"key": "new", "title": _("New item"), "url_name": "strategies:new-item"}
    places.verb("items.actions", **new_item, roles=ENGINEER, primary=True)
    for slot in ("items", "boms", "routes", "workcentres", "calendars", "vendors", "units", "imports"):
        places.verb(
            f"{slot}.actions",
            key="import",
            title=_("Import"),
            url_name="strategies:new-import",
            page=True,
            icon="cloud-upload",
            roles=IMPORTERS,
            primary=slot == "imports",
        )
    places.verb(
        "units.actions", key="ways", title=_("Conversions"), url_name="strategies:conversions", page=True
    )


def _item() -> None:
    slot = "item.actions"
    for order, (key, title, name) in enumerate(
        (
            ("edit", _("Edit"), "edit-item"),
            ("policy", _("Order settings"), "edit-policy"),
            ("bom", _("New BOM"), "new-bom"),
            ("route", _("New route"), "new-route"),
            ("price", _("New price"), "new-item-price"),
            ("outside", _("Outside work"), "new-outsourcing"),
            ("conversion", _("New conversion"), "new-item-conversion"),
            ("delete", _("Delete"), "delete-item"),
        )
    ):
        places.verb(
            slot,
            key=key,
            title=title,
            url_name=f"strategies:{name}",
            roles=ENGINEER,
            order=order,
            danger=key == "delete",
        )
    switch: dict[str, Any] = {"model": Item, "argument": "item", "roles": ENGINEER, "order": 90}
    places.verb(
        slot,
        key="retire",
        title=_("Take out of use"),
        service=retire_item,
        confirm=_("Nobody can order or plan it any more."),
        when=lambda item: item.active,
        **switch,
    )
    places.verb(
        slot,
        key="restore",
        title=_("Use again"),
        service=restore_item,
        when=lambda item: not item.active,
        **switch,
    )


def _vendor() -> None:
    buyers = (Role.BUYER, Role.ENGINEER)
    places.verb(
        "vendors.actions",
        key="new",
        title=_("New vendor"),
        url_name="strategies:new-vendor",
        roles=buyers,
        primary=True,
        order=10,
    )
    for order, (key, title, name) in enumerate(
        (
            ("edit", _("Edit"), "edit-vendor"),
            ("price", _("New price"), "new-vendor-price"),
            ("delete", _("Delete"), "delete-vendor"),
        )
    ):
        places.verb(
            "vendor.actions", key=key, title=title, url_name=f"strategies:{name}", roles=buyers, order=order,
            danger=key == "delete",
        )  # fmt: skip
    switch: dict[str, Any] = {"model": Vendor, "argument": "vendor", "roles": buyers, "order": 90}
    places.verb(
        "vendor.actions", key="retire", title=_("Take out of use"), service=retire_vendor,
        confirm=_("Nothing is ordered from it any more."), when=lambda vendor: vendor.active, **switch,
    )  # fmt: skip
    places.verb(
        "vendor.actions", key="restore", title=_("Use again"), service=restore_vendor,
        when=lambda vendor: not vendor.active, **switch,
    )  # fmt: skip


def _units() -> None:
    places.verb(
        "units.actions",
        key="new",
        title=_("New unit"),
        url_name="strategies:new-unit",
        roles=ENGINEER,
        primary=True,
        order=10,
    )
    places.verb(
        "conversions.actions", key="new", title=_("New conversion"), url_name="strategies:new-conversion",
        roles=ENGINEER,
        primary=True,
    )  # fmt: skip


def _imports() -> None:
    switch: dict[str, Any] = {"model": ImportRun, "argument": "run", "roles": IMPORTERS, "primary": True}
    places.verb(
        "import.actions",
        key="again",
        title=_("Save it"),
        service=import_again,
        when=all_right,
        **switch,
    )
    places.verb(
        "import.actions", key="rest", title=_("Save the right lines"), service=import_rest, when=partly_right,
        confirm=_("The wrong lines are left out; you can download them with the reasons."), **switch,
    )  # fmt: skip


def _version(slot: str, model: Any, kind: str) -> None:
    def step(key: str, title: Any, service: Any, **also: Any) -> None:
        places.verb(
            slot,
            key=key,
            title=title,
            service=service,
            model=model,
            argument="version",
            roles=ENGINEER,
            when=lambda version: key in VERSION_FLOW.open_to(version),
            **also,
        )

    step("submit", _("Submit"), versions.submit, order=10)
    step("reject", _("Back to draft"), versions.reject, order=20)
    step("approve", _("Approve"), versions.approve, order=30, primary=True)
    step(
        "reopen",
        _("Back to draft"),
        versions.reopen,
        order=60,
        objections=lambda version: objections(Reopening(version=version)),
    )
    step("deactivate", _("Deactivate"), versions.deactivate, order=70)
    step(
        "retire",
        _("Retire"),
        versions.retire,
        order=90,
        danger=True,
        confirm=_("It is not used any more."),
        objections=lambda version: objections(VersionRetiring(version=version)),
    )
    _that_ask_first(slot, kind)


def _that_ask_first(slot: str, kind: str) -> None:
    """Making it the one that is used, and a copy of it: both ask something first."""
    places.verb(
        slot,
        key="activate",
        title=_("Activate"),
        url_name=f"strategies:activate-{kind}",
        roles=ENGINEER,
        primary=True,
        order=40,
        when=lambda version: "activate" in VERSION_FLOW.open_to(version),
        objections=lambda version: objections(Activating(version=version)),
    )
    places.verb(
        slot, key="copy", title=_("Copy"), url_name=f"strategies:copy-{kind}", roles=ENGINEER, order=50,
        anywhere=kind == "bom",
    )  # fmt: skip


_STEPS = {
    "submit": _("submitted for approval"),
    "approve": _("approved"),
    "reject": _("sent back to its author"),
    "reopen": _("opened again as a draft"),
    "deactivate": _("deactivated"),
    "delete": _("thrown away"),
    "activate": _("activated"),
    "retire": _("retired"),
}


def _words() -> None:
    journal.phrase(
        "strategies.VersionMoved", lambda said: _STEPS.get(str(said.get("step")), said.get("step"))
    )
    journal.phrase("strategies.VersionChanged", lambda _said: _("changed"))
    journal.phrase("strategies.ItemsSaved", lambda _said: _("saved"))
    journal.phrase("strategies.ItemsDeleted", lambda _said: _("deleted"))
    journal.phrase("strategies.PurchasingSaved", lambda _said: _("prices or outside work saved"))
    journal.phrase("strategies.UnitsSaved", lambda _said: _("saved"))
    journal.phrase("strategies.CalendarChanged", lambda _said: _("working time changed"))
    journal.phrase("strategies.Imported", lambda _said: _("import ended"))
    journal.phrase("strategies.TakenIn", lambda said: _("a list sent: {sheet}").format(sheet=said["sheet"]))
