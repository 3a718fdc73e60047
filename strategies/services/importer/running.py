"""An import from the file to the account of what it did.

Everything happens in one transaction. A dry run does all of it and takes it back. When a line is wrong,
nothing is saved, unless `partly` was asked for: then what is right is saved, but of lines that belong
together (a bill of material, a route) all or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core import runs
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.core.runs import Say, storing
from strategies.facts import Imported
from strategies.models import ImportRun
from strategies.services.importer.checking import Checked, check
from strategies.services.importer.keeping import keep_problems
from strategies.services.importer.leftovers import followed_by
from strategies.services.importer.problems import Problems
from strategies.services.importer.reading import must_be_known, tables
from strategies.services.importer.references import waves
from strategies.services.importer.sheets import Problem, Review, Sheet, Tally, find_sheet, sheets
from strategies.services.importer.spool import Rows
from strategies.services.importer.storing import upsert
from strategies.services.importer.tables import Table
from strategies.services.importer.where import EDITORS, refuse_other_sites
from strategies.services.importer.wholes import hold

KEPT = 1000
"""Problems of one sheet and level that are kept; the rest is counted."""
_ROUNDS = 20


@dataclass
class Outcome:
    """What an import did, or would do."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    saved: bool = False
    touched: dict[str, set[int]] = field(default_factory=dict)
    """The keys of records of a sheet that are new or have changed, where `take_in` was to name them."""

    @property
    def errors(self) -> int:
        return self.problems.errors

    def as_json(self) -> dict[str, Any]:
        return {
            "sheets": {name: tally.as_json() for name, tally in self.tallies.items()},
            "errors": self.errors,
            "warnings": self.problems.warnings,
            "saved": self.saved,
        }


@transaction.atomic
def import_file(
    *,
    content: IO[bytes] | bytes,
    name: str,
    title: str = "",
    dry_run: bool = False,
    partly: bool = False,
    notes: Sequence[Problem] = (),
    by: User | None,
) -> ImportRun:
    """Queue the import of a CSV, XLSX or ZIP file. `notes` are warnings the caller knows and wants kept with
    it.

    Refused at once when the file is not of these kinds; everything else is in the run's problems.
    """
    must_be_known(name)
    run = ImportRun(title=(title or name)[:100], dry_run=dry_run)
    run.settings = {"name": name, "partly": partly, "notes": [asdict(note) for note in notes]}
    run.content.save(name, ContentFile(content) if isinstance(content, bytes) else File(content), save=False)
    runs.start(run=run, by=by)
    return run


@transaction.atomic
def import_again(*, run: ImportRun, by: User) -> ImportRun:
    """The same file once more: for good after a dry run. Refused while the first is under way, or saved."""
    return _again(run, partly=bool(run.settings.get("partly")), by=by)


@transaction.atomic
def import_rest(*, run: ImportRun, by: User) -> ImportRun:
    """The same file once more: what is right is saved, what is wrong is left out. Refused like
    `import_again`."""
    return _again(run, partly=True, by=by)


def _again(run: ImportRun, *, partly: bool, by: User) -> ImportRun:
    if not run.is_over or run.summary.get("saved") or followed_by(run):
        raise Refused(gettext_lazy("This import is under way or saved already."), code="saved")
    again = ImportRun(title=run.title, dry_run=False)
    again.settings = {**run.settings, "partly": partly, "follows": run.pk}
    with run.content.open("rb") as content:
        again.content.save(str(run.settings.get("name") or run.title), File(content), save=False)
    runs.start(run=again, by=by)
    return again


def perform(run: ImportRun, say: Say) -> dict[str, Any]:
    """The job behind an ImportRun."""
    partly = bool(run.settings.get("partly"))
    notes = [Problem(**note) for note in run.settings.get("notes", ())]
    with storing(run):
        with run.content.open("rb") as content:
            found = tables(content, str(run.settings.get("name") or run.content.name))
            outcome = take_in(found, say=say, dry_run=run.dry_run, partly=partly, most=KEPT, by=run.asked_by)
        _say_when_empty(outcome)
        outcome.problems.extend(notes)
        keep_problems(run, outcome.problems, most=KEPT)
        run.summary = outcome.as_json()
        tell(Imported(run=run, by=run.asked_by))
    return outcome.as_json()


def _say_when_empty(outcome: Outcome) -> None:
    """A file of headings, or of nothing, saves nothing: whoever chose the wrong one is told."""
    if outcome.errors or any(tally.lines for tally in outcome.tallies.values()):
        return
    sheet = next(iter(outcome.tallies), "")
    outcome.problems.append(Problem(sheet, _("The file has no rows: nothing is saved."), code="no_rows"))
    outcome.saved = False


def take_in(
    found: Iterable[Table],
    *,
    say: Say | None = None,
    dry_run: bool = False,
    partly: bool = False,
    most: int = 0,
    roles: Sequence[str] = EDITORS,
    naming: bool = False,
    by: User | None,
) -> Outcome:
    """Take tables in, in the order their sheets need. One transaction; see the head of this module for
    errors. Rows of sites where `by` holds none of the roles are refused; without `by` nobody is asked. Of each
    kind of problem the first `most` are kept and the rest is counted; 0 keeps all. With `naming` the outcome knows
    which records are new or have changed."""
    outcome = Outcome(problems=Problems(most=most))
    by_sheet = _recognised(found, outcome)
    order = [sheet for sheet in sheets() if sheet.name in by_sheet]
    stored: list[tuple[Sheet, Rows]] = []
    with transaction.atomic():
        for place, sheet in enumerate(order):
            if say:
                say(str(sheet.title), place, len(order))
            for table in by_sheet[sheet.name]:
                checked = check(sheet, table, say, most=most)
                checked.touched = outcome.touched.setdefault(sheet.name, set()) if naming else None
                refuse_other_sites(checked, by, roles)
                stored.append((sheet, _take_table(checked, outcome, by)))
        for sheet, rows in stored:
            for look in sheet.finish if rows else ():
                outcome.problems.extend(look(rows))
        for sheet, rows in stored:
            for settle in sheet.settle if rows else ():
                outcome.problems.extend(settle(rows, by))
        outcome.saved = not dry_run and (partly or not outcome.errors)
        if not outcome.saved:
            transaction.set_rollback(True)
    return outcome


def _recognised(found: Iterable[Table], outcome: Outcome) -> dict[str, list[Table]]:
    known: dict[str, list[Table]] = {}
    for table in found:
        sheet = find_sheet(table.name)
        if sheet is None:
            names = ", ".join(one.name for one in sheets())
            text = _("There is no sheet “{name}”. Known are: {names}.").format(name=table.name, names=names)
            outcome.problems.append(Problem(table.name[:60], text, code="sheet_unknown"))
        else:
            known.setdefault(sheet.name, []).append(table)
    return known


def _take_table(checked: Checked, outcome: Outcome, by: User | None) -> Rows:
    sheet = checked.sheet
    checked.drop_refused()
    hold(sheet, checked.rows)
    _look(checked, sheet.guards)
    checked.drop_refused()
    tally = outcome.tallies.setdefault(sheet.name, Tally())
    before = Tally(**vars(tally))
    store = _store_own if sheet.store else _store_waves
    for _round in range(_ROUNDS):
        tally.created, tally.changed, tally.unchanged = before.created, before.changed, before.unchanged
        if not _reviewed(sheet, checked, tally, store, by):
            break
    else:
        tally.created, tally.changed, tally.unchanged = before.created, before.changed, before.unchanged
        text = _("Too many lines contradict each other: nothing of this sheet was taken.")
        checked.problems.append(Problem(sheet.name, text, code="contradictions"))
    tally.lines += checked.lines
    taken = sum((tally.created, tally.changed, tally.unchanged))
    tally.refused = tally.lines - taken
    outcome.problems.extend(checked.problems)
    return checked.rows


def _look(checked: Checked, reviews: Sequence[Review]) -> bool:
    """Ask guards or reviews; True when they refused lines. Warnings are kept only when they did not."""
    warnings: list[Problem] = []
    refused = False
    for review in reviews if checked.rows else ():
        for problem in review(checked.rows):
            if problem.is_error and problem.line is not None:
                checked.refuse(problem.line, problem.column, problem.text, problem.code)
                refused = True
            else:
                warnings.append(problem)
    if not refused:
        checked.problems.extend(warnings)
    return refused


def _reviewed(
    sheet: Sheet,
    checked: Checked,
    tally: Tally,
    store: Callable[[Checked, Tally, User | None], None],
    by: User | None,
) -> bool:
    """Store, then let the sheet's reviews look at it; True when they refused lines and it has to be done
    again."""
    if checked.touched:
        checked.touched.clear()
    with transaction.atomic():
        store(checked, tally, by)
        refused = _look(checked, sheet.reviews)
        if refused:
            transaction.set_rollback(True)
    if refused:
        checked.drop_refused()
    return refused


def _store_waves(checked: Checked, tally: Tally, by: User | None) -> None:
    for rows in waves(checked) if checked.sheet.refers_to_itself else [checked.rows]:
        upsert(checked, rows, tally)
    checked.drop_refused()


def _store_own(checked: Checked, tally: Tally, by: User | None) -> None:
    if checked.sheet.store is None:
        return
    try:
        with transaction.atomic():
            done = checked.sheet.store(checked.rows, by) if checked.rows else Tally()
    except Refused as no:  # a sheet is an edge: what its service says goes to whoever reads the problems
        checked.problems.append(Problem(checked.sheet.name, str(no), column=no.field, code=no.code))
        checked.rows.drop_all()
        return
    tally.created += done.created
    tally.changed += done.changed
    tally.unchanged += done.unchanged
