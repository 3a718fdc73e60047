"""What of a job can be weighed: the product, and components that are picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from execution.forms import reasons
from execution.models import PickLine, PickList
from execution.services.weigh import allowed_for
from p2p.inventory.services.weighing import Limits
from p2p.pages.floor.typed import Typed
from planning.models import Material, Operation
from strategies.models import ReasonCode


@dataclass(frozen=True)
class Scale:
    """One sheet that a scale types into."""

    sheet: str
    title: str
    line: str
    unit: str
    allowed: Limits
    fields: tuple[tuple[str, str], ...]
    weighed: str
    typed: Typed | None


def scales_of(row: Operation, materials: QuerySet[Material], typed: Typed) -> dict[str, Any]:
    """The sheets of a job, and which components have one. A scale weighs what is counted with digits after the
    point."""
    item = row.order.item
    last = not row.links_after.exists()
    lines = PickLine.objects.filter(
        material__in=materials,
        material__item__unit__digits__gt=0,
        pick_list__state=PickList.State.OPEN,
        picked_quantity__lt=F("quantity"),
    )
    found = Material.objects.filter(pk__in=lines.values("material"))
    rows = found.select_related("item__unit", "item__catch_unit").order_by("position")
    scales = [_scale(one, row, typed) for one in rows]
    back = typed.sheet == "report" and bool(typed.weighings)
    return {
        "scale": row.order.item.unit.digits > 0,
        "typed_scale": typed if back else None,
        "typed_report": None if back or typed.sheet != "report" else typed,
        "weighed": item.catch_unit.code if last and item.catch_unit else "",
        "scales": scales,
        "weighable": {one.pk for one in rows},
        "differences": [
            (code, name)
            for code, name in reasons(ReasonCode.Kind.ADJUSTMENT).order_by("code").values_list("code", "name")
        ],
    }


def _scale(one: Material, row: Operation, typed: Typed) -> Scale:
    unit = one.item.unit.code
    mine = typed.sheet == "weigh" and typed.material == str(one.pk)
    return Scale(
        sheet=f"weigh-{one.pk}",
        title=_("Weigh {item}").format(item=one.item.number),
        line=one.item.name,
        unit=unit,
        allowed=allowed_for(one, row.order),
        fields=(("material", str(one.pk)),),
        weighed=one.item.catch_unit.code if one.item.catch_unit else "",
        typed=typed if mine else None,
    )
