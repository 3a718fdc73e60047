"""Every component on one page, for builders and for the pictures in tests. Staff only; made-up figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from p2p.core.web import plots, series, states
from p2p.core.web.page import Page, who
from p2p.core.web.records import Said

STEPS = [
    ("Material price", Decimal("214.30")),
    ("Material use", Decimal("96.12")),
    ("Labour rate", Decimal("-58.40")),
    ("Labour time", Decimal("301.75")),
    ("Outside", Decimal("164.00")),
    ("Scrap", Decimal("65.05")),
]
STANDARD = Decimal("22908.60")
LOAD = [
    ("Th 19", 47),
    ("Fr 20", 50),
    ("Sa 21", 15),
    ("M 23", 45),
    ("Tu 24", 43),
    ("W 25", 39.5),
    ("Th 26", 37),
]
MEANS = [580.04, 580.0, 580.12, 580.0, 580.01, 579.94, 580.0, 580.02, 580.06, 579.96, 579.89, 580.2, 579.98]
CARRIED = [("Paint", 1.24), ("Weld", 0.82), ("Assembly", 0.4), ("Debur", 0.97)]


class _Sample(forms.Form):
    quantity = forms.DecimalField(label=_("Quantity"), help_text=_("What is split off becomes a new order."))
    reason = forms.ChoiceField(label=_("Reason"), choices=[("a", "Customer asks"), ("b", "Machine down")])
    due = forms.DateField(label=_("Due"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)
    keep = forms.BooleanField(label=_("Keep the lot together"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].unit = "pcs"  # type: ignore[attr-defined]


def _staff_only(request: HttpRequest) -> None:
    if not who(request).is_staff:
        raise PermissionDenied(_("The gallery is for the people who build pages."))


def _level(value: float) -> int:
    """Step of the heat map's scale: the fourth is overload."""
    return 4 if value > 1 else 3 if value > 0.85 else 2 if value > 0.6 else 1


def _plots() -> dict[str, Any]:
    end = ("Actual", STANDARD + sum((value for _label, value in STEPS), Decimal(0)))
    means = [(number + 1, value) for number, value in enumerate(MEANS)]
    return {
        "bars": plots.bars(LOAD, title=_("Paint, hours"), limit=38, limit_name=_("capacity")),
        "waterfall": plots.waterfall(("Standard", STANDARD), STEPS, end, title=_("Variance, USD")),
        "line": series.line(
            means,
            title=_("Tube length, mm"),
            limits=[("UCL", 580.19), ("LCL", 579.82)],
            target=("CL", 580.0),
            out={12},
            places=2,
        ),
        "strip": series.load_strip([(day, load, 38) for day, load in LOAD], title=_("Load of Paint")),
        "spark": series.spark([64, 12, -18, 22, 60, 60, 38, 44], title=_("Projected stock"), floor=0),
    }


class Gallery(Page):
    """The page."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        _staff_only(request)
        form = _Sample({"quantity": "many", "reason": "a"})
        context = {
            "states": [(each, states.label(each)) for each in states.COLOURS],
            "facts": [
                Said(_("Good"), "78 of 125"),
                Said(_("Scrap"), "5"),
                Said(_("Due"), "Wed 18 Nov", "bad"),
                Said(_("For"), "SO-69508", url="#"),
            ],
            "form": form,
            "heat": [
                (name, [(f"{value * scale:.0%}"[:-1], _level(value * scale)) for scale in (1, 0.9, 0.7, 0.5)])
                for name, value in CARRIED
            ],
            "page": {"heading": _("Split order"), "submit": _("Split")},
            "action": "",
            **_plots(),
        }
        return render(request, "core/gallery.html", context)


class GalleryPart(Page):
    """What the gallery's fragments load."""

    def get(self, request: HttpRequest, part: str) -> HttpResponseBase:
        _staff_only(request)
        if part not in ("branch", "panel", "form"):
            raise Http404
        context = {
            "form": _Sample(),
            "page": {"heading": _("Split order"), "submit": _("Split")},
            "action": request.path,
        }
        return render(request, "core/gallery_part.html", {"part": part, **context})
