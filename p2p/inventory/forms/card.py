"""What of a stock card is shown."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites
from p2p.inventory.forms.stock import places
from p2p.inventory.models import Lot, Serial
from p2p.inventory.selectors.past import Scope, end_of
from p2p.inventory.selectors.stocklists import shown_sites
from strategies.models import Item, Location, Site


class CardForm(forms.Form):
    """What of the item is shown. Empty: all of it, the last year as a line."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    place = forms.CharField(label=_("Place, with what is in it"), max_length=30, required=False)
    lot = forms.CharField(label=_("Lot or serial number"), max_length=60, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, item: Item, user: Any) -> None:
        super().__init__(data)
        self.item, self.user = item, user
        fields: Any = self.fields
        fields["site"].queryset = at_sites(Site.objects.order_by("code"), user, path="code")
        self.places = at_sites(places(), user)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", _("It ends before it begins."))
        given["place"] = self._place(given.get("site"), (given.get("place") or "").strip())
        number = (given.get("lot") or "").strip()
        given["serial"] = None
        if number:
            given["lot"] = Lot.objects.filter(item=self.item, number__iexact=number).first()
            given["serial"] = Serial.objects.filter(item=self.item, number__iexact=number).first()
            if not given["lot"] and not given["serial"]:
                self.add_error(
                    "lot", _("{item} has no {number}.").format(item=self.item.number, number=number)
                )
        return {**given, "lot": given.get("lot") or None}

    def _place(self, site: Site | None, code: str) -> Location | None:
        """Codes repeat from site to site: then the site is asked for."""
        if not code:
            return None
        rows = self.places.filter(code__iexact=code)
        found = list((rows.filter(site=site) if site else rows)[:2])
        if not found:
            self.add_error("place", _("There is no place {code}.").format(code=code))
        elif len(found) > 1:
            self.add_error("site", _("{code} is a place of several sites: choose one.").format(code=code))
        return found[0] if len(found) == 1 else None

    def scope(self) -> Scope:
        """Which stock: at the sites of this person, of what was asked for."""
        given = self.cleaned_data if self.is_valid() else {}
        return Scope(
            item=self.item,
            sites=shown_sites(self.user, given.get("site")),
            location=given.get("place"),
            lot=given.get("lot"),
            serial=given.get("serial"),
        )

    def ends(self) -> tuple[datetime | None, datetime | None]:
        """Whole days at the site that was asked for; in UTC without one."""
        given = self.cleaned_data if self.is_valid() else {}
        site = given.get("site") or (given["place"].site if given.get("place") else None)
        zone = site.time_zone if site else "UTC"
        since, until = given.get("since"), given.get("until")
        begin = datetime.combine(since, time(0), ZoneInfo(zone)) if since else None
        return begin, end_of(until, zone) if until else None
