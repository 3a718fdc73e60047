"""Control plans and inspections for tests."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from quality.models import ControlPlan, ControlPlanLine
from strategies.models import Characteristic, Site

_count = itertools.count(1)


def make_characteristic(code: str = "", *, kind: str = "variable", **also: Any) -> Characteristic:
    code = code or f"CH{next(_count)}"
    return Characteristic.objects.create(code=code, **{"name": code, "kind": kind, **also})


def make_plan(
    site: Site, lines: Mapping[Characteristic, Mapping[str, Any]] | None = None, **also: Any
) -> ControlPlan:
    """An active plan of one piece, with `{characteristic: {"lower_limit": 1, "upper_limit": 2}}`."""
    code = also.pop("code", "") or f"CP{next(_count)}"
    if "sample_fraction" not in also:
        also.setdefault("sample_fixed", 1)
    plan = ControlPlan.objects.create(site=site, code=code, **{"name": code, "state": "active", **also})
    chosen = lines if lines is not None else {make_characteristic(kind="attribute"): {}}
    for place, (characteristic, columns) in enumerate(chosen.items(), start=1):
        limits = {
            name: Decimal(str(value)) if name.endswith("limit") or name == "target" else value
            for name, value in columns.items()
        }
        ControlPlanLine.objects.create(
            plan=plan, position=10 * place, characteristic=characteristic, **limits
        )
    return plan
