"""Use one component instead of another in every bill: look first, then one run, and a run that takes it back.

With a day the old line ends the day before and a new one starts on it; without one the line itself changes.
Bills where that makes no sense (a loop, no unit conversion, already there) are left alone and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core import clock, runs
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.core.runs import Run, Say, storing
from strategies.facts import Replaced
from strategies.models import BomLine, BomVersion, Item, ItemGroup, ReplaceLine, ReplaceRun, Site
from strategies.selectors.replacing import Asked, Plan, looping, plan, reasons
from strategies.services import replacing
from strategies.services.boms import take_turn

Outcome = ReplaceLine.Outcome
OPEN = (Run.State.QUEUED, Run.State.RUNNING)


def preview(
    *,
    old: Item,
    new: Item,
    ratio: Decimal = Decimal(1),
    valid_from: date | None = None,
    site: Site | None = None,
    group: ItemGroup | None = None,
    without: Collection[int] = (),
) -> tuple[Asked, Plan]:
    """What `start` would do now: every line with its fate. Nothing is written. Refused as `start` refuses."""
    _check(old, new, ratio, valid_from)
    asked = Asked(old=old, new=new, ratio=ratio, day=valid_from, site=site, group=group, without=without)
    return asked, plan(asked)


@transaction.atomic
def start(
    *,
    old: Item,
    new: Item,
    ratio: Decimal = Decimal(1),
    valid_from: date | None = None,
    site: Site | None = None,
    group: ItemGroup | None = None,
    without: Collection[int] = (),
    by: User,
) -> ReplaceRun:
    """`ratio` (> 0) of `new` for each one of `old`, from `valid_from` on or at once, as a run.

    `without`: keys of BOM versions to leave alone. Refused for an item instead of itself, an item out of use, a
    day in the past, and while the same replacement is under way.
    """
    _check(old, new, ratio, valid_from)
    same = ReplaceRun.objects.filter(old=old, new=new, state__in=OPEN).order_by("pk").first()
    if same is not None:
        raise Refused(
            gettext_lazy("{new} instead of {old} is under way already, as run {run}."),
            code="under_way",
            new=new,
            old=old,
            run=same.number,
        )
    run = ReplaceRun(old=old, new=new, site=site, valid_from=valid_from, ratio=ratio)
    run.settings = {"group": group.pk if group else None, "without": sorted(without)}
    runs.start(run=run, by=by)
    return run


def _check(old: Item, new: Item, ratio: Decimal, day: date | None) -> None:
    if old.pk == new.pk:
        raise Refused(gettext_lazy("{item} cannot stand for itself."), code="same", field="new", item=old)
    if not new.active:
        raise Refused(gettext_lazy("{item} is out of use."), code="out_of_use", field="new", item=new)
    if ratio <= 0:
        raise Refused(gettext_lazy("The ratio has to be more than 0."), code="not_positive", field="ratio")
    if day is not None and day < clock.today():
        raise Refused(
            gettext_lazy("{day} is past: leave the day empty to change the lines at once."),
            code="past",
            field="valid_from",
            day=day,
        )


@transaction.atomic
def undo(*, run: ReplaceRun, by: User) -> ReplaceRun:
    """Take a replacement back, as a run of its own: bills that were changed since keep what they have.

    Refused unless the run is done, when it took one back itself, when it was taken back before or is being.
    """
    done = ReplaceRun.objects.select_for_update(of=("self",)).select_related("old", "new").get(pk=run.pk)
    if done.state != Run.State.DONE or done.settings.get("undoes"):
        raise Refused(
            gettext_lazy("{run} is nothing that can be taken back."), code="not_done", run=done.number
        )
    if (
        ReplaceRun.objects.filter(settings__undoes=done.pk)
        .exclude(state__in=("failed", "cancelled"))
        .exists()
    ):
        raise Refused(gettext_lazy("{run} was taken back before."), code="taken_back", run=done.number)
    back = ReplaceRun(
        old=done.new, new=done.old, site=done.site, valid_from=done.valid_from, ratio=done.ratio
    )
    back.settings = {"undoes": done.pk}
    runs.start(run=back, by=by)
    return back


def perform(run: ReplaceRun, say: Say) -> dict[str, Any]:
    """The job behind a ReplaceRun. Everything is stored at once: killed before, it begins again from nothing."""
    # Old rows then say which run replaced them; and a history trigger without a context is ten times as slow.
    with pghistory.context(user=run.asked_by_id, run=run.number):
        return _take_back(run, say) if run.settings.get("undoes") else _replace(run, say)


def _replace(run: ReplaceRun, say: Say) -> dict[str, Any]:
    group = run.settings.get("group")
    asked = Asked(
        old=run.old,
        new=run.new,
        ratio=run.ratio,
        day=run.valid_from,
        site=run.site,
        group=ItemGroup.objects.get(pk=group) if group else None,
        without=run.settings.get("without", ()),
    )
    say(_("Looking at the bills"))
    found = plan(asked)
    with storing(run):
        say(_("Writing"), 0, len(found.changing))
        current = _locked({line.bom for line, _what in found.changing})
        take_turn()
        moved = {bom for bom, revision in found.revisions.items() if current.get(bom, revision) != revision}
        # Somebody may have closed a loop from the other end while this run looked; with the turn taken, nobody can.
        again = plan(asked)
        lines = [pair for pair in again.changing if pair[0].bom in current and pair[0].bom not in moved]
        replacing.write(run, lines)
        left: list[tuple[Any, str]] = [pair for pair in again.conflicts if pair[0].bom not in moved]
        why = reasons(again, asked, left)  # type: ignore[arg-type]
        late: list[tuple[Any, str]] = [
            (line, Outcome.CHANGED)
            for line, _what in again.changing
            if (line.bom in moved or line.bom not in current)
        ]
        said = _("Somebody changed the bill while the run looked at it.")
        replacing.leave(run, [*left, *late], [*why, *[said] * len(late)], again.revisions)  # type: ignore[arg-type]
        _tell(run, {line.bom for line, _what in lines})
        run.summary = _summary([what for _line, what in (*lines, *left, *late)], lines)
        say(_("Writing"), len(lines), len(lines))
    return dict(run.summary)


def _locked(boms: Collection[int]) -> dict[int, int]:
    """Bill -> revision, locked in key order until the end, so that nobody changes one meanwhile."""
    rows = BomVersion.objects.filter(pk__in=boms).exclude(state="retired").order_by("pk")
    return dict(rows.select_for_update(of=("self",), no_key=True).values_list("pk", "revision"))


def _take_back(run: ReplaceRun, say: Say) -> dict[str, Any]:
    done = ReplaceRun.objects.select_related("old", "new").get(pk=run.settings["undoes"])
    say(_("Looking at the bills"))
    kept = done.lines.filter(outcome__in=(Outcome.ENDS, Outcome.SWAPS))
    after = dict(kept.values_list("bom_id", "revision"))
    with storing(run):
        say(_("Writing"), 0, len(after))
        current = _locked(after)
        # With the turn taken nobody closes a loop from the other end.
        take_turn()
        items = dict(BomVersion.objects.filter(pk__in=current).values_list("pk", "item"))
        loops = looping(done.old, set(items.values()))
        others = replacing.agreed_otherwise(done)
        there = [bom for bom, revision in after.items() if current.get(bom) == revision and bom not in others]
        changed = (Outcome.CHANGED, _("Somebody changed the bill since: it keeps what it has."))
        why = _weighed(done, there)
        why |= {bom: (Outcome.LOOP, loops[items[bom]]) for bom in there if items[bom] in loops}
        same = sorted(bom for bom in there if bom not in why)
        replacing.take_back(run, done, same)
        late = [
            ReplaceLine(run=run, bom_id=bom, old_line=line, position=place, revision=seen,
                        **dict(zip(("outcome", "problem"), why.get(bom, changed), strict=True)))
            for bom, line, place, seen in kept.exclude(bom__in=same).values_list(
                "bom_id", "old_line", "position", "revision"
            )
        ]  # fmt: skip
        ReplaceLine.objects.bulk_create(late, batch_size=2000)
        _tell(run, same)
        run.summary = {
            "bills": len(same),
            "back": run.lines.filter(outcome=Outcome.BACK).count(),
            "changed": sum(line.outcome == Outcome.CHANGED for line in late),
        }
        run.summary |= Counter(line.outcome for line in late if line.bom_id in why)
    return dict(run.summary)


def _weighed(done: ReplaceRun, boms: Collection[int]) -> dict[int, tuple[str, str]]:
    """Those of these bills that would take the old component as a phantom again, which is weighed and counted by now.
    One query at most."""
    if done.old.catch_unit_id is None:
        return {}
    phantoms = BomLine.objects.filter(pk__in=done.lines.values("old_line"), kind=BomLine.Kind.PHANTOM)
    said = _("{item} is weighed and counted by now: it cannot be a phantom again.").format(
        item=done.old.number
    )
    found = phantoms.filter(bom__in=boms).order_by().values_list("bom", flat=True)
    return dict.fromkeys(found, (Outcome.WEIGHED, said))


def _tell(run: ReplaceRun, boms: Collection[int]) -> None:
    versions = BomVersion.objects.select_related("item").in_bulk(list(boms))
    tell(Replaced(run=run, versions=[versions[key] for key in sorted(versions)], by=run.asked_by))


def _summary(outcomes: Sequence[str], lines: Sequence[tuple[Any, str]]) -> dict[str, Any]:
    return {"bills": len({line.bom for line, _what in lines}), **dict(Counter(outcomes))}
