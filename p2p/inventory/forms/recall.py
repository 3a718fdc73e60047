"""Forms of recalls: what it begins with, and how it ends."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.web.lookup import KeyedField
from p2p.inventory.selectors.starts import Suspicion, pieces_named
from p2p.inventory.selectors.trace import Piece
from strategies.models import CalendarShift, Resource, Site, Vendor, Worker

PARTS = re.compile(r"[,;\n]+")


class _Named(forms.ModelChoiceField):
    """A machine, worker or shift by code and name."""

    def label_from_instance(self, record: Any) -> str:
        code = getattr(record, "code", "") or getattr(record, "number", "")
        return f"{code} · {record.name}" if code else str(record.name)


class _Shift(forms.ModelChoiceField):
    def label_from_instance(self, shift: Any) -> str:
        days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
        hours = f"{shift.starts:%H:%M}–{shift.ends:%H:%M}"
        return f"{shift.calendar.code} · {days[shift.weekday]} {shift.name} {hours}"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SuspicionForm(forms.Form):
    """Where it begins; `clean` makes a Suspicion of it."""

    numbers = forms.CharField(
        label=_("Lots, serial numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Separated by commas or lines; a vendor's lot number, or #12 for a move, will do."),
    )
    vendor = KeyedField(label=_("Vendor"), rows=Vendor.objects.all(), required=False)
    vendor_lot = forms.CharField(label=_("Vendor's lot"), max_length=60, required=False)
    resource = _Named(label=_("Machine"), queryset=Resource.objects.none(), required=False)
    worker = _Named(label=_("Worker"), queryset=Worker.objects.none(), required=False)
    order = forms.CharField(label=_("Production order"), max_length=40, required=False)
    shift = _Shift(
        label=_("Shift"),
        queryset=CalendarShift.objects.none(),
        required=False,
        help_text=_("With the day it began on: from and to follow from it."),
    )
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    since = forms.DateTimeField(label=_("From"), required=False, widget=_moment())
    until = forms.DateTimeField(label=_("To"), required=False, widget=_moment())
    everything = forms.ModelChoiceField(
        label=_("All that was reported at"),
        queryset=Site.objects.none(),
        required=False,
        help_text=_("In this time or shift, whoever and whatever machine it was."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["resource"].queryset = Resource.objects.order_by("code")
        fields["worker"].queryset = Worker.objects.order_by("number")
        fields["shift"].queryset = CalendarShift.objects.select_related("calendar").order_by(
            "calendar__code", "weekday", "starts"
        )
        fields["everything"].queryset = Site.objects.order_by("code")

    @property
    def named(self) -> bool:
        """Whether anything is filled in that a recall could begin with."""
        return any(
            str(self.data.get(self.add_prefix(name), "")).strip() for name in SuspicionForm.base_fields
        )

    def clean_numbers(self) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for number in filter(None, (part.strip() for part in PARTS.split(self.cleaned_data["numbers"]))):
            named = pieces_named(number)
            if not named:
                sentence = _now("No lot, serial number or vendor's lot is called {number}.")
                raise ValidationError(sentence.format(number=number))
            found += named
        return tuple(found)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        shift, day = given.pop("shift", None), given.pop("day", None)
        if bool(shift) != bool(day):
            self.add_error("day", _("A shift needs the day it began on, and a day its shift."))
        elif shift and day:
            given["since"], given["until"] = _hours(shift, day)
        given["suspicion"] = Suspicion(
            pieces=given.pop("numbers", ()),
            vendor=given.pop("vendor", None),
            vendor_lot=given.pop("vendor_lot", "") or "",
            resource=given.pop("resource", None),
            worker=given.pop("worker", None),
            order=given.pop("order", "") or "",
            site=given.pop("everything", None),
            since=given.pop("since", None),
            until=given.pop("until", None),
        )
        return given


def _hours(shift: CalendarShift, day: Any) -> tuple[datetime, datetime]:
    """From when to when a shift of a day runs; one that ends at midnight or later ends on the next day."""
    zone = ZoneInfo(shift.calendar.time_zone)
    starts = datetime.combine(day, shift.starts, tzinfo=zone)
    ends = datetime.combine(day, shift.ends, tzinfo=zone)
    return starts, ends if ends > starts else ends + timedelta(days=1)


class RecallForm(SuspicionForm):
    title = forms.CharField(
        label=_("Why"), max_length=150, help_text=_("A few words, such as: cracked weld.")
    )
    site = forms.ModelChoiceField(label=_("Led by site"), queryset=Site.objects.none(), required=False)
    upstream = forms.BooleanField(label=_("Also what the starts were made of"), required=False)
    untracked = forms.BooleanField(
        label=_("Hold all stock of untracked items where some of it may lie"), required=False
    )
    practice = forms.BooleanField(label=_("An exercise: measure, hold nothing"), required=False)
    field_order = ("title", "numbers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["site"].queryset = Site.objects.order_by("code")


class CloseRecallForm(forms.Form):
    note = forms.CharField(
        label=_("How it ended"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was found, what was done with it, who was told."),
    )
    lift = forms.BooleanField(label=_("Lift all its holds"), required=False)
