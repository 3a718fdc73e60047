"""Where resources, people, abilities, change-overs and calendars show themselves: rail, buttons, words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.web import journal

ENGINEER = (Role.ENGINEER,)
LISTS = (
    ("workcentres", "work-centre", _("New work centre")),
    ("resources", "resource", _("New resource")),
    ("production_units", "production-unit", _("New production unit")),
    ("stays", "stay", _("New stay")),
    ("dated_calendars", "dated-calendar", _("Another calendar for a time")),
    ("workers", "worker", _("New worker")),
    ("skills", "skill", _("New skill")),
    ("worker_skills", "worker-skill", _("Add a skill")),
    ("capabilities", "capability", _("New capability")),
    ("abilities", "ability", _("Add a capability")),
    ("setup_families", "family", _("New setup family")),
    ("setup_matrices", "matrix", _("New setup matrix")),
    ("cost_categories", "category", _("New cost category")),
    ("calendars", "calendar", _("New calendar")),
    ("locations", "location", _("New location")),
    ("sites", "site", _("New site")),
    ("characteristics", "characteristic", _("New characteristic")),
    ("currencies", "currency", _("New currency")),
    ("exchange_rates", "exchange-rate", _("New exchange rate")),
    ("number_series", "number-series", _("New number series")),
    ("item_groups", "item-group", _("New item group")),
    ("reasons", "reason", _("New reason code")),
)
KEEPERS = {
    "locations": (Role.ENGINEER, Role.SUPERVISOR),
    "characteristics": (Role.ENGINEER, Role.INSPECTOR),
    "exchange_rates": (Role.ENGINEER, Role.BUYER, Role.COST_ACCOUNTANT),
    "reasons": (Role.ENGINEER, Role.SUPERVISOR),
}
"""Who may, where it is not the engineer alone."""
WAYS = {
    "workcentres": (
        ("resource-board", _("Resource board")),
        ("production-units", _("Production units")),
        ("cost-categories", _("Cost categories")),
    ),
    "resources": (
        ("resource-board", _("Resource board")),
        ("abilities", _("Capabilities")),
        ("stays", _("Stays")),
        ("dated-calendars", _("Calendars for a time")),
    ),
    "workers": (("worker-skills", _("Skills of workers")), ("skills", _("Skills"))),
    "worker_skills": (("workers", _("Workers")), ("skills", _("Skills"))),
    "abilities": (("capabilities", _("Names of capabilities")), ("resources", _("Resources"))),
    "currencies": (("exchange-rates", _("Exchange rates")),),
    "exchange_rates": (("currencies", _("Currencies")),),
    "items": (("item-groups", _("Item groups")),),
    "item_groups": (("items", _("Items")),),
    "setup_matrices": (("setup-families", _("Setup families")),),
    "setup_families": (("setup-matrices", _("Setup matrices")),),
}


def register() -> None:
    """Called once, with the other places of strategies."""
    for order, (title, name) in enumerate(
        (
            (_("Resources"), "resources"),
            (_("Resource board"), "resource-board"),
            (_("Workers"), "workers"),
            (_("Setup matrices"), "setup-matrices"),
        ),
        start=1,
    ):
        places.nav(section="strategies", title=title, url_name=f"strategies:{name}", order=40 + order)
    for slot, name, title in LISTS:
        places.verb(
            f"{slot}.actions",
            key="new",
            title=title,
            url_name=f"strategies:new-{name}",
            roles=KEEPERS.get(slot, ENGINEER),
            primary=True,
        )
    for slot, ways in WAYS.items():
        for order, (name, title) in enumerate(ways):
            places.verb(
                f"{slot}.actions",
                key=name,
                title=title,
                url_name=f"strategies:{name}",
                page=True,
                order=10 + order,
            )
    _records()
    _calendar()
    journal.phrase("strategies.WorkSaved", lambda _said: _("saved"))
    journal.phrase("strategies.WorkRemoved", lambda _said: _("deleted"))


def _records() -> None:
    for slot, name in (
        ("workcentre", "work-centre"),
        ("resource", "resource"),
        ("worker", "worker"),
        ("setup_matrix", "matrix"),
        ("calendar", "calendar"),
    ):
        places.verb(
            f"{slot}.actions",
            key="edit",
            title=_("Edit"),
            url_name=f"strategies:edit-{name}",
            roles=ENGINEER,
            order=10,
        )
        places.verb(
            f"{slot}.actions",
            key="delete",
            title=_("Delete"),
            url_name=f"strategies:delete-{name}",
            roles=ENGINEER,
            danger=True,
            order=90,
        )


def _calendar() -> None:
    places.verb(
        "calendar.actions",
        key="holidays",
        title=_("Public holidays"),
        url_name="strategies:fill-holidays",
        roles=ENGINEER,
        order=20,
        page=True,
    )
