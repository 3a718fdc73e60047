"""Going live: files and control figures are gathered, tried as often as it takes, and taken over once.

A trial takes everything in, measures what is there, checks the ledgers, keeps the comparison and takes the rest back.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core import clock, runs
from p2p.core.facts import gather, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.core.runs import Run
from strategies.facts import CutOverChanged, NamingMeasures
from strategies.models import ControlFigure, CutOver, CutOverFigure, CutOverFile, CutOverRun, Site
from strategies.models.cutover import CUT_OVER_FLOW
from strategies.services.importer.reading import tables

LONGEST_NAME = 150
UNDER_WAY = (Run.State.QUEUED, Run.State.RUNNING)


@transaction.atomic
def begin(*, name: str, site: Site, day: date, note: str = "", by: User | None) -> CutOver:
    """Open a desk for the cut-over of a site on `day`, the first day it runs here."""
    if CutOver.objects.filter(name=name).exists():
        raise Refused(_("There is a cut-over {name} already."), code="exists", field="name", name=name)
    _not_live(site)
    desk = CutOver.objects.create(
        name=name, site=site, day=day, note=note, created_by=by, created_at=clock.now()
    )
    tell(CutOverChanged(cut_over=desk, step="begun", by=by))
    return desk


def _not_live(site: Site) -> None:
    done = CutOver.objects.filter(site=site, state=CutOver.State.DONE).first()
    if done is not None:
        raise Refused(
            _("{site} was taken over on {day} ({name}): later differences are counted or adjusted."),
            code="live",
            field="site",
            site=site.code,
            day=done.day,
            name=done.name,
        )


@transaction.atomic
def change(
    *,
    cut_over: CutOver,
    name: str | None = None,
    site: Site | None = None,
    day: date | None = None,
    note: str | None = None,
    by: User | None,
) -> CutOver:
    """Another name, site, day or note while it is in preparation; None leaves a value as it is."""
    desk = _open(cut_over)
    if name is not None and CutOver.objects.exclude(pk=desk.pk).filter(name=name).exists():
        raise Refused(_("There is a cut-over {name} already."), code="exists", field="name", name=name)
    if site is not None:
        _not_live(site)
    desk.name, desk.site, desk.day = name or desk.name, site or desk.site, day or desk.day
    desk.note = desk.note if note is None else note
    desk.revision += 1
    desk.save(update_fields=["name", "site", "day", "note", "revision"])
    tell(CutOverChanged(cut_over=desk, step="changed", by=by))
    return desk


@transaction.atomic
def add_file(*, cut_over: CutOver, name: str, content: IO[bytes] | bytes, by: User | None) -> CutOverFile:
    """Keep a file of the old system; one of the same name takes its place. Refused when it cannot be read."""
    desk = _open(cut_over)
    if len(name) > LONGEST_NAME:
        raise Refused(
            _("The name of the file has {count} signs: give it one of at most {most}."),
            code="too_long",
            field="content",
            count=len(name),
            most=LONGEST_NAME,
        )
    data = content if isinstance(content, bytes) else content.read()
    list(tables(io.BytesIO(data), name))
    CutOverFile.objects.filter(cut_over=desk, name=name).delete()
    row = CutOverFile(cut_over=desk, name=name, digest=hashlib.sha256(data).hexdigest(), added_by=by)
    row.added_at = clock.now()
    row.content.save(name, ContentFile(data), save=False)
    row.save()
    tell(CutOverChanged(cut_over=desk, step="file", text=name, by=by))
    return row


@transaction.atomic
def remove_file(*, file: CutOverFile, by: User | None) -> None:
    """Leave a file out of the next run."""
    desk = _open(file.cut_over)
    CutOverFile.objects.filter(pk=file.pk).delete()
    tell(CutOverChanged(cut_over=desk, step="file_removed", text=file.name, by=by))


@transaction.atomic
def set_figure(
    *, cut_over: CutOver, measure: str, of: str = "", expected: Decimal, by: User | None
) -> ControlFigure:
    """What the old system's books say; the same measure again takes the place of the old figure."""
    desk = _open(cut_over)
    check_measure(measure.strip())
    row, _new = ControlFigure.objects.update_or_create(
        cut_over=desk, measure=measure.strip(), of=of.strip(), defaults={"expected": expected}
    )
    tell(CutOverChanged(cut_over=desk, step="figure", text=f"{measure} {of}".strip(), by=by))
    return row


def check_measure(measure: str) -> None:
    """Refused when nobody measures that here: it would differ for ever."""
    known = sorted({name for names in gather(NamingMeasures()) for name in names})
    if measure not in known:
        raise Refused(
            _("Nothing here measures {measure}: there are {known}."),
            code="unknown_measure",
            field="measure",
            measure=measure,
            known=", ".join(known),
        )


@transaction.atomic
def remove_figure(*, figure: ControlFigure, by: User | None) -> None:
    """Compare this figure no longer."""
    desk = _open(figure.cut_over)
    ControlFigure.objects.filter(pk=figure.pk).delete()
    tell(CutOverChanged(cut_over=desk, step="figure_removed", text=str(figure), by=by))


@transaction.atomic
def accept(*, figures: Sequence[CutOverFigure], because: str, by: User | None) -> list[CutOverFigure]:
    """Sign differences off, with the reason: the final run may have the same ones. All of one trial, or none."""
    if not because.strip():
        raise Refused(_("Say why the difference is accepted."), code="required", field="because")
    rows = list(
        CutOverFigure.objects.select_related("run__cut_over__site").filter(
            pk__in=[one.pk for one in figures], expected__isnull=False
        )
    )
    if not rows:
        raise Refused(_("There is no difference to accept."), code="nothing")
    desk = _open(rows[0].run.cut_over)
    for row in rows:
        if row.value == row.expected:
            raise Refused(_("{figure} does not differ."), code="nothing", figure=row)
        row.accepted_because, row.accepted_by = because.strip()[:200], by
    CutOverFigure.objects.bulk_update(rows, ["accepted_because", "accepted_by"])
    tell(CutOverChanged(cut_over=desk, step="accepted", text=", ".join(map(str, rows))[:200], by=by))
    return rows


@transaction.atomic
def try_out(*, cut_over: CutOver, by: User | None) -> CutOverRun:
    """Start a trial with the files as they are now."""
    return _start(cut_over, final=False, by=by)


@transaction.atomic
def take_over(*, cut_over: CutOver, by: User | None) -> CutOverRun:
    """Start the last run. Refused before a trial of these very files had no wrong line, no broken rule, and no
    difference that nobody accepted."""
    desk = _open(cut_over)
    trial = _last_trial(desk)
    if trial is None or trial.digest != digest_of(desk):
        raise Refused(
            _("The files have not been tried as they are now: run a trial first."), code="not_tried"
        )
    for reason in reasons_against(trial):
        raise reason
    return _start(desk, final=True, by=by)


def may_take_over(cut_over: CutOver) -> bool:
    """Whether the last trial was of these very files, and nothing speaks against the last run."""
    trial = _last_trial(cut_over)
    return trial is not None and trial.digest == digest_of(cut_over) and not reasons_against(trial)


def _last_trial(cut_over: CutOver) -> CutOverRun | None:
    trials = CutOverRun.objects.filter(cut_over=cut_over, final=False, state=Run.State.DONE)
    return trials.order_by("-pk").first()


def reasons_against(trial: CutOverRun) -> list[Refused]:
    """Why the last run may not start on the strength of this trial."""
    found = []
    errors = trial.problems.filter(level="error").count()
    if errors:
        found.append(
            Refused(_("The last trial refused {count} lines: mend them first."), code="errors", count=errors)
        )
    open_ones = differing(trial).filter(accepted_because="")
    for one in open_ones[:1]:
        found.append(
            Refused(
                _("{figure} differs from the old books ({count} open differences): mend or accept it first."),
                code="differs",
                figure=one.title + (f" {one.of}" if one.of else ""),
                count=open_ones.count(),
            )
        )
    return found


def differing(run: CutOverRun) -> Any:
    """The figures of a run that are not what the old books say."""
    return run.figures.filter(expected__isnull=False).exclude(value=F("expected"))


@transaction.atomic
def abandon(*, cut_over: CutOver, by: User | None) -> CutOver:
    """Give the cut-over up; nothing was taken in, so nothing is to be taken back."""
    desk = _open(cut_over)
    CUT_OVER_FLOW.take(desk, "abandon", revision=F("revision") + 1)
    tell(CutOverChanged(cut_over=desk, step="abandoned", by=by))
    return desk


@transaction.atomic
def resume(*, cut_over: CutOver, by: User | None) -> CutOver:
    """Go on with one that was given up."""
    desk = CutOver.objects.select_for_update(of=("self",)).select_related("site").get(pk=cut_over.pk)
    _not_live(desk.site)
    CUT_OVER_FLOW.take(desk, "reopen", revision=F("revision") + 1)
    tell(CutOverChanged(cut_over=desk, step="reopened", by=by))
    return desk


def _open(cut_over: CutOver) -> CutOver:
    """The desk, locked. Refused when it is not in preparation or a run is under way."""
    desk = CutOver.objects.select_for_update(of=("self",)).select_related("site").get(pk=cut_over.pk)
    if desk.state != CutOver.State.OPEN:
        raise Refused(
            _("{name} is {state}: nothing changes any more."),
            code="wrong_state",
            name=desk.name,
            state=desk.get_state_display(),
        )
    if CutOverRun.objects.filter(cut_over=desk, state__in=UNDER_WAY).exists():
        raise Refused(_("A run of {name} is under way: wait for it."), code="under_way", name=desk.name)
    return desk


def digest_of(cut_over: CutOver) -> str:
    """One fingerprint of all its files and control figures."""
    whole = hashlib.sha256()
    for name, digest in cut_over.files.order_by("name").values_list("name", "digest"):
        whole.update(f"{name}\0{digest}\0".encode())
    for row in cut_over.figures.order_by("measure", "of").values_list("measure", "of", "expected"):
        whole.update("\0".join(str(one) for one in row).encode())
    return whole.hexdigest()


def _start(cut_over: CutOver, *, final: bool, by: User | None) -> CutOverRun:
    desk = _open(cut_over)
    _not_live(desk.site)
    if not desk.files.exists():
        raise Refused(
            _("{name} has no file yet: add what the old system gave."), code="no_files", name=desk.name
        )
    run = CutOverRun(cut_over=desk, final=final, digest=digest_of(desk), scope=desk.site.code)
    runs.start(run=run, by=by)
    return run
