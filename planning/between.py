"""What raising a transfer over REST takes: an item, and two ends by their codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import KeyField
from p2p.inventory.serializers import MeasuredInput
from p2p.inventory.serializers.by_hand import place_at
from planning.selectors.shipping import best_place
from strategies.models import Item, Site


class TransferInput(MeasuredInput):
    """`from_site` with `source`, its place, the one with the most of it when left out; `site` with `target`. A role at
    one of the two is enough, so that both are codes here."""

    item = KeyField(key="number", queryset=Item.objects.filter(active=True).select_related("unit"))
    from_site = serializers.CharField()
    source = serializers.CharField(required=False, allow_blank=True, default="")
    site = serializers.CharField()
    target = serializers.CharField(required=False, allow_blank=True, default="")
    due_on = serializers.DateField()
    lots = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)


def ends_of(item: Item, *, from_site: str, source: str, site: str, target: str) -> dict[str, Any]:
    """The places that the codes of a transfer name, or the error of the field that names none."""
    sender, receiver = site_at(from_site, "from_site"), site_at(site, "site")
    place = place_at(sender, source, "source") if source else best_place(item, sender)
    if place is None:
        words = _("No {item} is free at {site}: name the place it will come from.")
        raise serializers.ValidationError({"source": words.format(item=item.number, site=sender.code)})
    return {
        "source": place,
        "site": receiver,
        "target": place_at(receiver, target, "target") if target else None,
    }


def site_at(code: str, field: str) -> Site:
    found = Site.objects.filter(code=code, active=True).first()
    if found is None:
        raise serializers.ValidationError({field: _("There is no site {code}.").format(code=code)})
    return found
