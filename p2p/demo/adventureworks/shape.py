"""What every part of the plant hands over: a sheet by name, its headings and its rows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

SheetRows: TypeAlias = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


def packed(sheets: Iterable[SheetRows]) -> bytes:
    """A ZIP file of CSV files, as a user would hand it in."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, headings, rows in sheets:
            text = io.StringIO()
            writer = csv.writer(text)
            writer.writerow(headings)
            writer.writerows(rows)
            file.writestr(f"{name}.csv", text.getvalue())
    return buffer.getvalue()
