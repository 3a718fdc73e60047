"""Order settings of many items: what would change, the change, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions

from p2p.core.models import User
from p2p.core.rest import RecordViewSet, verb
from strategies.api.base import EDITORS
from strategies.models import Item, ItemGroup, SettingsChange, Site
from strategies.serializers.settings import SettingsChangeRecord, SettingsChoice
from strategies.services.settings_bulk import change_settings, preview_settings, undo_settings

SHOWN = 1000
"""Items that a preview spells out; the counts are of all."""


def chosen(items: Sequence[str], group: ItemGroup | None) -> QuerySet[Item]:
    """The items of these numbers, or of a group. Two queries."""
    if group is not None and not items:
        return Item.objects.filter(group=group)
    rows = Item.objects.filter(number__in=items)
    missing = set(items) - set(rows.values_list("number", flat=True))
    if missing:
        raise exceptions.ValidationError(
            {"items": _("There is no item {number}.").format(number=min(missing))}
        )
    return rows


def change_many(
    *,
    items: Sequence[str],
    group: ItemGroup | None,
    changes: Mapping[str, Any],
    adding: bool,
    site: Site | None = None,
    by: User,
) -> SettingsChange:
    """The change that a request asks for."""
    return change_settings(items=chosen(items, group), wanted=dict(changes), site=site, adding=adding, by=by)


class SettingsChanges(RecordViewSet):
    """Changes of the order settings of many items. POST makes one for the items named, or for those of a group."""

    queryset, serializer_class = SettingsChange.objects.all(), SettingsChangeRecord
    key, site_path = "id", "site__code"
    filters = {"site": "site__code", "by": "by__username"}
    order = ("-id",)
    write_roles, record_name = EDITORS, "change"
    adds = staticmethod(change_many)

    @verb(roles=EDITORS)
    def undo(self, change: SettingsChange, by: Any) -> SettingsChange:
        """Take it back: rows that were changed since keep what they have and are named in `kept`."""
        return undo_settings(change=change, by=by)

    @verb(roles=EDITORS, body=SettingsChoice, detail=False)
    def preview(
        self,
        by: Any,
        items: list[str],
        group: ItemGroup | None,
        changes: Mapping[str, Any],
        site: Site | None,
        adding: bool,
    ) -> dict[str, Any]:
        """What a change would do now: counts, and the first thousand items with their fate. Writes nothing."""
        plan = preview_settings(items=chosen(items, group), wanted=dict(changes), site=site, adding=adding)
        lines = sorted((*plan.changing, *plan.new), key=lambda line: line.item.number)
        return {
            "chosen": plan.chosen,
            "changed": len(plan.changing),
            "new": len(plan.new),
            "same": plan.same,
            "without": plan.without,
            "refused": len(plan.refused),
            "lines": [
                {"item": line.item.number, "new": line.row is None, "fields": list(line.columns)}
                for line in lines[:SHOWN]
            ],
            "left": [[item.number, why] for item, why in plan.refused[:SHOWN]],
        }
