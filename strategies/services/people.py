"""Workers, what they have learned and until when it holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import ResourceGroup, Site, Skill, Worker, WorkerSkill
from strategies.services.keeping import keep, opened, overlapping, span, take_away


@transaction.atomic
def save_worker(
    *,
    worker: Worker | None = None,
    site: Site,
    number: str,
    name: str,
    user: User | None = None,
    group: ResourceGroup | None = None,
    active: bool = True,
    by: User,
) -> Worker:
    """A worker, new or changed; `user` is who signs in as this worker."""
    if group is not None and group.site_id != site.pk:
        raise Refused(_("{group} is at another site."), field="group", group=group.code)
    taken = Worker.objects.filter(user=user).exclude(pk=worker.pk if worker else 0).first()
    if user is not None and taken is not None:
        raise Refused(
            _("{user} signs in as {worker} already."), field="user", user=str(user), worker=taken.name
        )
    columns = {
        "site": site,
        "number": number,
        "name": name,
        "user": user,
        "group": group,
        "active": active,
    }
    return keep(opened(Worker, worker), columns, by)


@transaction.atomic
def delete_worker(*, worker: Worker, by: User) -> None:
    """Refused while a resource or a clocking names the worker."""
    take_away(worker, by)


@transaction.atomic
def save_skill(
    *, skill: Skill | None = None, code: str, name: str, kind: str = Skill.Kind.SKILL, by: User
) -> Skill:
    """A skill, course, certificate or title, new or changed."""
    return keep(opened(Skill, skill), {"code": code, "name": name, "kind": kind}, by)


@transaction.atomic
def delete_skill(*, skill: Skill, by: User) -> None:
    """Refused while a worker has it or an operation asks for it."""
    take_away(skill, by)


@transaction.atomic
def save_worker_skill(
    *,
    workerskill: WorkerSkill | None = None,
    worker: Worker,
    skill: Skill,
    level: Decimal = Decimal(0),
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User,
) -> WorkerSkill:
    """A worker has learned something, up to `level`, until it expires. Refused when it is held already on one
    of these days, naming them."""
    row = opened(WorkerSkill, workerskill)
    if level < 0:
        raise Refused(_("A level is not below 0."), field="level")
    Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    other = overlapping(WorkerSkill.objects.filter(worker=worker, skill=skill), valid_from, valid_to, row)
    if other is not None:
        raise Refused(
            _("{worker} has {skill} {days} already."),
            code="overlap",
            field="valid_from",
            worker=worker.name,
            skill=skill.name,
            days=span(other.valid_from, other.valid_to),
        )
    columns = {
        "worker": worker,
        "skill": skill,
        "level": level,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    return keep(row, columns, by)


@transaction.atomic
def delete_worker_skill(*, workerskill: WorkerSkill, by: User) -> None:
    """The worker does not have it any more."""
    take_away(workerskill, by)
