"""The sheets of strategies. Apps on the right register theirs the same way."""

from __future__ import annotations

from strategies.services.importer.definitions import (
    abilities,
    bills,
    calendars,
    golive,
    items,
    masters,
    operations,
    plant,
    routes,
    vendors,
    work,
)
from strategies.services.importer.sheets import register_sheet


def register() -> None:
    """Called once, when apps are ready."""
    for module in (
        plant,
        masters,
        calendars,
        vendors,
        items,
        bills,
        work,
        abilities,
        routes,
        operations,
        golive,
    ):
        for sheet in module.SHEETS:
            register_sheet(sheet)
