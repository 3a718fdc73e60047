"""The life of a BOM or route version: draft, in approval, approved, active, retired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import Activating, Reopening, VersionChanged, VersionMoved, VersionRetiring
from strategies.models import BomLine, BomVersion, Item, RouteVersion, Site
from strategies.models.version import VERSION_FLOW, Version, VersionState
from strategies.services.bill_checks import check_bill
from strategies.services.keeping import span
from strategies.services.phantom_weights import phantoms_may_be_taken
from strategies.services.phantoms import (
    Gone,
    held,
    naming,
    naming_in_force,
    no_parent_loses_its_phantom,
    phantoms_will_have_bills,
)
from strategies.services.routechecks import route_is_whole

Either = TypeVar("Either", BomVersion, RouteVersion)


def next_version(*, model: type[Either], item: Item, site: Site | None) -> int:
    """The number a new version gets. The item's row is locked, so that two people do not get the same."""
    # Without the key: lines of other bills that name this item must not wait for it, or wait in a circle.
    Item.objects.select_for_update(no_key=True).get(pk=item.pk)
    last = model._default_manager.filter(item=item, site=site).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


@transaction.atomic
def submit(*, version: Either, by: User) -> Either:
    """Ask for approval. Refused for a version without lines or operations, or that cannot hold."""
    may_be_submitted(version)
    return _take(version, "submit", by, submitted_by=by)


@transaction.atomic
def approve(*, version: Either, by: User) -> Either:
    """A draft or submitted version may be used from now on, once it is activated.

    Refused as `submit` refuses; and where the site asks for another approver (for a version of all sites: where
    any site does), unless somebody else submitted it.
    """
    may_be_submitted(version)
    if asks_for_another(version):
        row = type(version)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=version.pk)
        if row.state == VersionState.DRAFT:
            raise Refused(
                _("{version} has to be submitted first: somebody else approves it."),
                code="submit_first",
                about=version,
                version=version,
            )
        if row.submitted_by_id == by.pk:
            raise Refused(
                _("You submitted {version}: somebody else has to approve it."),
                code="another_approver",
                about=version,
                version=version,
            )
    return _take(version, "approve", by, approved_by=by, approved_at=clock.now())


def asks_for_another(version: Version) -> bool:
    """Whether a version is approved by somebody else than its author, because a site of it says so."""
    sites = Site.objects.filter(approval_by_another=True, active=True)
    return sites.filter(pk=version.site_id).exists() if version.site_id else sites.exists()


@transaction.atomic
def reject(*, version: Either, by: User) -> Either:
    """Back to its author: it is a draft again."""
    return _take(version, "reject", by)


@transaction.atomic
def reopen(*, version: Either, by: User) -> Either:
    """An approved version that nobody has used yet is a draft again.

    Refused, naming the first user, when an order was made from it or a line names it: then it is copied.
    """
    ask(Reopening(version=version, by=by))
    user = _named_by(version)
    if user is not None:
        raise Refused(
            _("{line} names {version}: copy it to a new version to change it."),
            code="used",
            about=version,
            line=user,
            version=version,
        )
    return _take(version, "reopen", by, approved_by=None, approved_at=None, submitted_by=None)


@transaction.atomic
def deactivate(*, version: Either, by: User) -> Either:
    """Planning and new orders do not find it any more; it stays approved and may be chosen by hand. Refused for a
    phantom's bill while bills in force are left without one."""
    gone = held(version)
    done = _take(version, "deactivate", by)
    no_parent_loses_its_phantom([gone])
    return done


@transaction.atomic
def retire(*, version: Either, by: User) -> Either:
    """Not to be used any more; orders that copied it keep what they have. Refused while open demand or a line of a
    bill in force names it, and for a phantom's bill while bills in force are left without one."""
    gone = held(version)
    done = _retired(version, by)
    no_parent_loses_its_phantom([gone])
    return done


def _retired(version: Either, by: User) -> Either:
    ask(VersionRetiring(version=version, by=by))
    line = naming_in_force(version)
    if line is not None:
        raise Refused(
            _("{line} names {version}: let that bill name another version, or end it first."),
            code="used",
            about=version,
            line=line,
            version=version,
        )
    return _take(version, "retire", by)


@transaction.atomic
def activate(*, version: Either, replace: bool = False, by: User) -> Either:
    """Planning and new orders use it from now on.

    Refused when another active version holds on some of its days for the same site and quantity, naming it;
    with `replace` that one ends the day before, or is retired when nothing of it would be left. A bill is refused
    while a phantom of it has no bill in force, and in place of another one that bills in force still need.
    """
    gone: list[Gone | None] = []
    done = _activated(version, replace, gone, by)
    _phantoms_and_parents_agree([done], gone)
    return done


def _activated(version: Either, replace: bool, gone: list[Gone | None], by: User) -> Either:
    must_hold(version)
    ask(Activating(version=version, by=by))
    for other in _overlapping(version).select_for_update(of=("self",), no_key=True):
        if not replace:
            raise Refused(
                _("{other} is active on some of these days ({days}): end it before, or replace it."),
                code="overlaps",
                field="valid_from",
                about=version,
                other=other,
                days=_shared_days(version, other),
            )
        gone.append(held(other))
        _make_room(other, version.valid_from, by)
    return _take(version, "activate", by)


@transaction.atomic
def approve_many(*, records: Iterable[Either], by: User) -> str:
    """All of them or none; says how many."""
    done = [approve(version=version, by=by) for version in records]
    return str(_("{count} approved.")).format(count=len(done))


@transaction.atomic
def activate_many(*, records: Iterable[Either], replace: bool = True, by: User) -> str:
    """All of them or none, each in place of the one that holds now unless told otherwise; says how many."""
    gone: list[Gone | None] = []
    done = [_activated(version, replace, gone, by) for version in records]
    _phantoms_and_parents_agree(done, gone)
    return str(_("{count} activated.")).format(count=len(done))


def _phantoms_and_parents_agree(done: Sequence[Version], gone: Sequence[Gone | None]) -> None:
    phantoms_may_be_taken([each.pk for each in done if isinstance(each, BomVersion)])
    no_parent_loses_its_phantom(gone)


def in_its_place(version: Either) -> list[tuple[Either, date | None]]:
    """What `activate` with `replace` would end, each with its last day from then on; None for one that is retired."""
    first = version.valid_from
    return [
        (other, _last_day(other, first)) for other in _overlapping(version).select_related("item", "site")
    ]


def _overlapping(version: Either) -> QuerySet[Either]:
    rows: QuerySet[Either] = (
        type(version)
        ._default_manager.filter(
            item=version.item,
            site=version.site,
            from_quantity=version.from_quantity,
            state=VersionState.ACTIVE,
        )
        .exclude(pk=version.pk)
    )
    if version.valid_to:
        rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=version.valid_to))
    if version.valid_from:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=version.valid_from))
    return rows.order_by("pk")


def _shared_days(one: Either, other: Either) -> Any:
    first = max((day for day in (one.valid_from, other.valid_from) if day), default=None)
    last = min((day for day in (one.valid_to, other.valid_to) if day), default=None)
    return span(first, last)


def _make_room(other: Either, first_day: date | None, by: User) -> None:
    last_day = _last_day(other, first_day)
    if last_day is None:
        _retired(other, by)
        return
    other.valid_to = last_day
    other.revision += 1
    other.save(update_fields=["valid_to", "revision"])
    tell(VersionChanged(version=other, by=by))


def _last_day(other: Version, first_day: date | None) -> date | None:
    """The day before the new one's first, unless nothing would be left of the other."""
    if first_day is None or (other.valid_from is not None and other.valid_from >= first_day):
        return None
    return first_day - timedelta(days=1)


def _take(version: Either, step: str, by: User, **also: object) -> Either:
    VERSION_FLOW.take(version, step, revision=F("revision") + 1, **also)
    tell(VersionMoved(version=version, step=step, by=by))
    return version


def _named_by(version: Version) -> BomLine | None:
    lines = naming(version).exclude(bom__state=VersionState.RETIRED)
    return lines.select_related("bom__item", "component").order_by("pk").first()


def may_be_submitted(version: Version) -> None:
    """Refused as `must_hold` refuses, and for a bill with a phantom of which there is not even a draft of a bill."""
    must_hold(version)
    if isinstance(version, BomVersion):
        phantoms_will_have_bills(version)


def must_hold(version: Version) -> None:
    """Refused for a version that says nothing, or whose parts contradict each other."""
    if isinstance(version, BomVersion):
        if not version.lines.exists() and not version.outputs.exists():
            raise Refused(_("{version} has no lines."), code="empty", about=version, version=version)
        check_bill(version)
    elif isinstance(version, RouteVersion):
        route_is_whole(version)


def lock_draft(version: Either, *, revision: int | None = None) -> Either:
    """The version's row, locked. Refused unless it is a draft: what is in use changes in a new version; and when
    somebody has changed it since it had `revision`."""
    row: Either = (
        type(version)
        ._default_manager.select_for_update(of=("self",), no_key=True)
        .select_related("item")
        .get(pk=version.pk)
    )
    if row.state != VersionState.DRAFT:
        raise Refused(
            _("{version} is {state}: copy it to a new version to change it."),
            code="frozen",
            about=row,
            version=row,
            state=row.get_state_display(),
        )
    if revision is not None and revision != row.revision:
        raise Refused(
            _("{version} was changed by somebody else meanwhile: look at it again, nothing was saved."),
            code="changed_meanwhile",
            about=row,
            version=row,
        )
    return row
