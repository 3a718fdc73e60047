"""What the script of the designer says and offers, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from strategies.forms.cells import CHOICES
from strategies.models import Unit


def choices() -> dict[str, Any]:
    """Field -> (value, words) for the cells that are chosen, not typed. One query."""
    found = {field: [[key, str(label)] for key, label in options] for field, options in CHOICES.items()}
    units = Unit.objects.order_by("code").values_list("code", "name")
    found["unit"] = [[code, code if code == name else f"{code} · {name}"] for code, name in units]
    return found


def words() -> dict[str, str]:
    return {
        "new": _("New line"),
        "add": _("Add the line"),
        "component": _("Component: number or name"),
        "find": _("Number or name"),
        "operation": _("Operation"),
        "quantity": _("Quantity"),
        "saved": _("Saved"),
        "moved": _("Moved"),
        "lost": _("The server cannot be reached: nothing was saved, your entry is still here."),
        "none": _("No item begins or is called like that."),
        "empty": _("There is nothing to paste: copy the cells of the spreadsheet first."),
    }
