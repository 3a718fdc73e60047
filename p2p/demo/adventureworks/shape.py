"""What every part of the plant hands over: a sheet by name, its headings and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

SheetRows: TypeAlias = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
