"""Order settings of many items at once."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from strategies.models import ItemGroup, ItemPolicy, Location, SettingsChange, Site
from strategies.serializers.places import AtSite
from strategies.services.settings import PolicyInput

ITEMS = "Numbers of the items; or give `group`."
CHANGES = "What the settings are to become; what is not named stays, null takes a value away."
ADDING = "Items without settings there get them, like those that hold for them."


class _Place(AtSite):
    """At the site of the whole input: settings are a part of it."""

    def _site(self) -> str:
        return str(self.root.initial_data.get("site") or "")  # type: ignore[attr-defined]


class SettingsWanted(RecordSerializer):
    location = _Place(Location, required=False, allow_null=True)

    class Meta:
        model = ItemPolicy
        fields = tuple(PolicyInput.__dataclass_fields__)
        extra_kwargs = {name: {"required": False} for name in fields}


class SettingsChoice(VerbSerializer):
    items = serializers.ListField(
        child=serializers.CharField(), required=False, default=list, help_text=ITEMS
    )
    group = KeyField(queryset=ItemGroup.objects.all(), required=False, allow_null=True, default=None)
    changes = SettingsWanted(help_text=CHANGES)
    site = KeyField(queryset=Site.objects.all(), required=False, allow_null=True, default=None)
    adding = serializers.BooleanField(required=False, default=False, help_text=ADDING)


class SettingsChangeRecord(RecordSerializer):
    items = serializers.ListField(
        child=serializers.CharField(), required=False, default=list, write_only=True, help_text=ITEMS
    )
    group = KeyField(
        queryset=ItemGroup.objects.all(), required=False, allow_null=True, default=None, write_only=True
    )
    changes = SettingsWanted(write_only=True, help_text=CHANGES)
    adding = serializers.BooleanField(required=False, default=False, write_only=True, help_text=ADDING)
    changed = serializers.SerializerMethodField(help_text="Rows that were changed.")
    new = serializers.SerializerMethodField(help_text="Rows that were made.")

    class Meta:
        model = SettingsChange
        fields = (
            "id", "site", "items", "group", "changes", "adding", "wanted", "changed", "new", "left", "kept", "at", "by",
            "undone_at", "undone_by",
        )  # fmt: skip
        read_only_fields = ("wanted", "left", "kept", "at", "by", "undone_at", "undone_by")

    def get_changed(self, change: Any) -> int:
        return len(change.before)

    def get_new(self, change: Any) -> int:
        return len(change.made)
