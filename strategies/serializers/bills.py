"""Bills of material and formulas."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Prefetch

from p2p.core.rest import Expand, RecordSerializer
from strategies.models import BomLine, BomVersion
from strategies.serializers.columns import all_but


class BomLineRecord(RecordSerializer):
    class Meta:
        model = BomLine
        fields = all_but("bom", model=BomLine)


class BomRecord(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {
        "lines": Expand(
            BomLineRecord,
            many=True,
            prefetch=(
                Prefetch(
                    "lines", BomLine.objects.select_related("component", "unit").order_by("position", "pk")
                ),
            ),
        )
    }

    class Meta:
        model = BomVersion
        fields = ["id", *all_but("yield_fraction", model=BomVersion), "yield_fraction"]
        read_only_fields = (
            "version",
            "state",
            "approved_by",
            "approved_at",
            "revision",
            "yield_fraction",
        )
