"""Records that are named by a code at a site."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import KeyField
from strategies.models import Location


class AtSite(KeyField):
    """A record by its code at the site of the input, or of the record that is changed; without a site the code
    has to be the only one."""

    beside = ("site",)

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(key="code", queryset=model.objects.order_by("pk"), **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (str, int)) or isinstance(data, bool):
            self.fail("invalid", what=self._what())
        found = list(self._within(self._rows().filter(code=data))[:2])
        if len(found) != 1:
            self.fail("does_not_exist", what=self._what(), value=data)
        return found[0]

    def _within(self, rows: Any) -> Any:
        site = self._site()
        return rows.filter(site__code=site) if site else rows

    def _site(self) -> str:
        parent: Any = self.parent
        given = getattr(parent, "initial_data", None) or {}
        if given.get("site"):
            return str(given["site"])
        record = parent.instance
        own = getattr(record, "site", None) or getattr(getattr(record, "resource", None), "site", None)
        return str(getattr(own, "code", ""))


def place() -> AtSite:
    """An optional place at the record's site."""
    return AtSite(Location, required=False, allow_null=True)
