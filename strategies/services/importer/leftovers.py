"""The lines an import could not take, as a file to put right and hand in again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from django.db.models import Q

from strategies.models import ImportRun
from strategies.services.importer.checking import REASON
from strategies.services.importer.reading import tables
from strategies.services.importer.sheets import Sheet, find_sheet
from strategies.services.importer.tables import Table


def partly_right(run: ImportRun) -> bool:
    """Whether an import saved nothing because of wrong lines, though it would take others."""
    right = any(each["created"] or each["changed"] for each in run.summary.get("sheets", {}).values())
    stopped = run.state == run.State.DONE and run.summary.get("errors") and not run.summary.get("saved")
    return bool(stopped and right and not followed_by(run))


def all_right(run: ImportRun) -> bool:
    """Whether a dry run found nothing wrong, and nobody has saved the file since."""
    fine = not run.summary.get("saved") and not run.summary.get("errors")
    return bool(run.state == run.State.DONE and fine and not followed_by(run))


def followed_by(run: ImportRun) -> ImportRun | None:
    """The run that saves, or has saved, the file of this one."""
    later = ImportRun.objects.filter(settings__follows=run.pk)
    return later.filter(Q(state__in=("queued", "running")) | Q(summary__saved=True)).order_by("-pk").first()


def wrong_lines(run: ImportRun, sheet: Sheet) -> Iterator[str]:
    """The headings, then every line of a sheet that was refused, with the reason in a column of its own; lines
    that belong together with one (of one bill) come along. CSV, read again from the file that was handed in."""
    reasons = _reasons(run, sheet)
    with run.content.open("rb") as content:
        for table in tables(content, str(run.settings.get("name") or run.content.name)):
            if find_sheet(table.name) is sheet:
                yield from _lines(table, sheet, reasons)


def _reasons(run: ImportRun, sheet: Sheet) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    rows = run.problems.filter(sheet=sheet.name, level="error", line__gt=1).order_by("pk")
    for line, column, text in rows.values_list("line", "column", "text"):
        found.setdefault(int(line or 0), []).append(f"{column}: {text}" if column else text)
    return {line: " ".join(said) for line, said in found.items()}


def _lines(table: Table, sheet: Sheet, reasons: dict[int, str]) -> Iterator[str]:
    headings = list(table.headings)
    kept = [place for place, heading in enumerate(headings) if heading != REASON]
    wrong = (cells for line, cells in table.rows if line in reasons) if sheet.together else ()
    bundles = {_bundle(cells, headings, sheet) for cells in wrong}
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*(headings[place] for place in kept), REASON])
    for line, cells in table.rows:
        if line in reasons or (bundles and _bundle(cells, headings, sheet) in bundles):
            writer.writerow(
                [*(cells[place] if place < len(cells) else "" for place in kept), reasons.get(line, "")]
            )
        yield _taken(buffer)
    yield _taken(buffer)


def _bundle(cells: Sequence[str], headings: Sequence[str], sheet: Sheet) -> tuple[str, ...]:
    places = [headings.index(name) for name in sheet.together if name in headings]
    return tuple(cells[place].strip() if place < len(cells) else "" for place in places)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
