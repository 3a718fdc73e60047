"""Mass replacement: look at it, start it, take it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from p2p.core.fields import plain
from p2p.core.rest import RecordViewSet, verb
from strategies.api.base import EDITORS
from strategies.models import Item, ItemGroup, ReplaceRun, Site
from strategies.selectors import lists
from strategies.selectors.replacing import reasons
from strategies.serializers.replacing import Replacement, ReplaceRecord
from strategies.services import replace

SHOWN = 1000
"""Lines that a preview spells out; the counts are of all."""


class Replacements(RecordViewSet):
    """POST starts one as a run (202), without a site where the role is held at all; `?expand=lines` says what became
    of each line."""

    queryset, serializer_class = lists.replacements(), ReplaceRecord
    key, site_path = "id", "site__code"
    filters = {"old": "old__number", "new": "new__number", "state": "state", "site": "site__code"}
    order = ("-id",)
    write_roles, record_name = EDITORS, "run"
    adds = staticmethod(replace.start)

    @verb(roles=EDITORS)
    def undo(self, run: ReplaceRun, by: Any) -> ReplaceRun:
        """Take it back, as a run of its own."""
        return replace.undo(run=run, by=by)

    @verb(roles=EDITORS, body=Replacement, detail=False)
    def preview(
        self,
        by: Any,
        old: Item,
        new: Item,
        ratio: Decimal,
        valid_from: date | None,
        site: Site | None,
        group: ItemGroup | None,
        without: list[int],
    ) -> dict[str, Any]:
        """What a start would do now: how many lines, and the first thousand with their fate. Writes nothing."""
        asked, plan = replace.preview(
            old=old, new=new, ratio=ratio, valid_from=valid_from, site=site, group=group, without=without
        )
        shown = plan.lines[:SHOWN]
        why = reasons(plan, asked, shown)
        return {
            "bills": len({line.bom for line, _what in plan.changing}),
            "counts": plan.counts,
            "lines": [
                {
                    "bom": line.bom,
                    "line": line.line,
                    "position": line.position,
                    "quantity": plain(line.quantity),
                    "new_quantity": plain(line.quantity * ratio),
                    "unit": line.unit,
                    "outcome": what,
                    "problem": said,
                }
                for (line, what), said in zip(shown, why, strict=True)
            ],
        }
