"""When a resource stops and when it works again."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import CameUp, WentDown
from execution.models import Downtime
from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import ReasonCode, Resource


@transaction.atomic
def went_down(
    *, resource: Resource, reason: ReasonCode, at: datetime | None = None, note: str = "", by: User | None
) -> Downtime:
    """The resource stops. Refused when it is down already, or the reason is none for downtime. Tells
    WentDown.
    """
    if reason.kind != ReasonCode.Kind.DOWNTIME:
        raise Refused(_("{reason} is no reason for downtime."), field="reason", reason=reason.name)
    moment = at or now()
    if moment > now():
        raise Refused(_("{resource} cannot stop in the future."), field="at", resource=resource.name)
    try:
        with transaction.atomic():
            row = Downtime.objects.create(
                resource=resource, reason=reason, began_at=moment, note=note, posted_at=now(), by=by
            )
    except IntegrityError as error:
        raise Refused(
            _("{resource} is down already."), code="already_down", about=resource, resource=resource.name
        ) from error
    tell(WentDown(downtime=row, by=by))
    return row


@transaction.atomic
def came_up(*, resource: Resource, at: datetime | None = None, by: User | None) -> Downtime:
    """The resource works again. Refused when it is not down, or before it went down. Tells CameUp."""
    rows = Downtime.objects.select_for_update(of=("self",)).filter(resource=resource, ended_at__isnull=True)
    row = rows.select_related("resource", "reason").order_by("pk").first()
    if row is None:
        raise Refused(_("{resource} is not down."), about=resource, resource=resource.name)
    moment = at or now()
    if moment < row.began_at:
        raise Refused(
            _("{resource} cannot work again before it stopped."), field="at", resource=resource.name
        )
    row.ended_at = moment
    row.save(update_fields=["ended_at"])
    tell(CameUp(downtime=row, by=by))
    return row
