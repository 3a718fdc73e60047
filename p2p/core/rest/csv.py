"""CSV in and out of the API: the same rows as JSON, one line each."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from p2p.core.characters import composed, unfit
from p2p.core.rest.json import strange

RISKY = ("=", "+", "-", "@", "\t", "\r")


class CsvParser(BaseParser):
    """`text/csv` with a head line becomes a list of rows; empty cells are left out, so that they change nothing."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = composed(stream.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ParseError(_("The file is not UTF-8: save it as CSV UTF-8.")) from None
        head_line = text.partition("\n")[0]
        # A spreadsheet of a country with a decimal comma separates by semicolons.
        separator = max(",;\t", key=head_line.count)
        lines = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        try:
            rows = self._rows(lines)
        except csv.Error as broken:
            raise ParseError(
                _("Line {line} cannot be read as CSV: {why}.").format(line=lines.line_num, why=broken)
            ) from None
        if errors := dict(strange(rows)) if unfit(text) else {}:
            raise ValidationError(errors)
        return rows

    def _rows(self, lines: Any) -> list[dict[str, str]]:
        head = [name.strip() for name in next(lines, [])]
        if len(set(head)) != len(head) or "" in head:
            raise ParseError(_("The head line must name every column once."))
        rows = []
        for cells in lines:
            if not any(cells):
                continue
            if len(cells) != len(head):
                raise ParseError(
                    _("Line {line} has {got} cells, the head line {want}.").format(
                        line=lines.line_num, got=len(cells), want=len(head)
                    )
                )
            rows.append({name: cell.strip() for name, cell in zip(head, cells, strict=True) if cell.strip()})
        return rows


class CsvRenderer(BaseRenderer):
    """A page of a list as CSV; nested values are left to JSON."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, shown: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        rows = shown.get("results", [shown]) if isinstance(shown, Mapping) else shown
        rows = [dict(row) for row in rows or [] if isinstance(row, Mapping)]
        names = list(dict.fromkeys(name for row in rows for name in row if not _nested(row[name])))
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(names)
        writer.writerows([[cell(row.get(name)) for name in names] for row in rows])
        return out.getvalue().encode("utf-8")


def _nested(value: object) -> bool:
    return isinstance(value, (dict, list))


def cell(value: object) -> object:
    """A value as a cell. Text a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers."""
    if value is None or _nested(value):
        return ""
    if isinstance(value, str) and value.startswith(RISKY) and not _number(value):
        return f"'{value}"
    return value


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
