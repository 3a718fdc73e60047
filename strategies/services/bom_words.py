"""What people call the columns of a bill's line, in their language."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

WORDS: Final = {
    "position": _("position"),
    "component": _("component"),
    "kind": _("kind"),
    "consumption": _("consumption"),
    "quantity": _("quantity"),
    "unit": _("unit"),
    "series": _("per series"),
    "formula": _("formula"),
    "height": _("height"),
    "width": _("width"),
    "depth": _("depth"),
    "density": _("density"),
    "rounding": _("rounding"),
    "rounding_multiple": _("multiples"),
    "percent": _("percent"),
    "scalable": _("follows rescaling"),
    "component_bom": _("bill of the component"),
    "component_route": _("route of the component"),
    "vendor": _("vendor"),
    "location": _("location"),
    "ends": _("ends with its first issue"),
    "note": _("note"),
    "scrap_fraction": _("scrap"),
    "scrap_quantity": _("fixed scrap"),
    "operation_number": _("operation"),
    "flushing": _("flushing"),
    "valid_from": _("first day"),
    "valid_to": _("last day"),
    "steps": _("steps"),
    "alternates": _("alternates"),
}
