"""What a person had typed when something came between: it is shown again in the sheet it was typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from execution.output_forms import ADDED, PART

SHEETS = ("report", "scrap", "weigh")
LONGEST = {
    "quantity": 40, "reason": 30, "note": 200, "key": 80, "lot": 60, "serials": 2000, "plate": 40, "cause": 8,
    "end_picking": 2, "end_route": 2, "despite": 200, "catch_quantity": 40, "weighings": 2000, "tare": 40,
    "more_comes": 2, "material": 20, "outputs": 4000,
}  # fmt: skip


def beside_in(said: Mapping[str, Any]) -> dict[str, str]:
    """What was typed of co- and by-products, by the names of their inputs."""
    mine = (f"{PART}-", f"{ADDED}-")
    return {name: str(value) for name, value in said.items() if value and name.startswith(mine)}


@dataclass(frozen=True, kw_only=True)
class Typed:
    """`sheet` is where it was typed ("" when nothing was), `why` the sentence beside it; `tone` is "warn" when
    the sentence is no refusal."""

    sheet: str = ""
    quantity: str = ""
    reason: str = ""
    note: str = ""
    lot: str = ""
    serials: str = ""
    plate: str = ""
    cause: str = ""
    end_picking: str = ""
    end_route: str = ""
    despite: str = ""
    catch_quantity: str = ""
    weighings: str = ""
    tare: str = ""
    more_comes: str = ""
    material: str = ""
    outputs: str = ""
    key: str = ""
    why: str = ""
    tone: str = ""

    @classmethod
    def of(cls, sheet: str, said: Mapping[str, Any], *, why: str = "", tone: str = "") -> Typed:
        """What the fields of a form or an address say, cut to what the fields take."""
        given = {name: str(said.get(name, "")).strip()[:most] for name, most in LONGEST.items()}
        given["outputs"] = given["outputs"] or urlencode(beside_in(said))[: LONGEST["outputs"]]
        return cls(sheet=sheet if sheet in SHEETS else "", why=why, tone=tone, **given)

    def query(self) -> str:
        """The same as part of an address, to come back to after logging in; "" when nothing was typed."""
        names = ("sheet", *LONGEST)
        kept = {name: value for name, value in asdict(self).items() if name in names and value}
        return f"?{urlencode(kept)}" if self.sheet else ""
