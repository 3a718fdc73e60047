"""Why something was scrapped, stopped, held, adjusted, taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import ReasonCode
from strategies.services.keeping import keep, opened, take_away


@transaction.atomic
def save_reason(
    *,
    reasoncode: ReasonCode | None = None,
    kind: str,
    code: str,
    name: str,
    parent: ReasonCode | None = None,
    icon: str = "",
    cause: str = "",
    active: bool = True,
    by: User,
) -> ReasonCode:
    """A reason, new or changed. Refused within a reason of another kind, within itself or two levels deep, and
    for another kind of one that is there: what was said with it stays said.
    """
    row = opened(ReasonCode, reasoncode)
    if row.pk is not None and row.kind != kind:
        raise Refused(_("A reason stays of its kind: make another one."), field="kind")
    if ReasonCode.objects.filter(kind=kind, code=code).exclude(pk=row.pk).exists():
        raise Refused(
            _("There is a reason {reason} of this kind already."), code="exists", field="code", reason=code
        )
    if parent is not None:
        _check_parent(row, kind, parent)
    columns = {
        "kind": kind,
        "code": code,
        "name": name,
        "parent": parent,
        "icon": icon,
        "cause": cause,
        "active": active,
    }
    return keep(row, columns, by)


def _check_parent(row: ReasonCode, kind: str, parent: ReasonCode) -> None:
    if parent.kind != kind:
        raise Refused(_("{parent} is a reason of another kind."), field="parent", parent=parent.code)
    if parent.pk == row.pk or parent.parent_id is not None or (row.pk is not None and row.children.exists()):
        raise Refused(
            _("Reasons have two levels: {parent} cannot be above."), field="parent", parent=parent.code
        )


@transaction.atomic
def delete_reason(*, reasoncode: ReasonCode, by: User) -> None:
    """Refused while something was said with it: take it out of use instead."""
    take_away(reasoncode, by)
