"""Moving stock, taking moves back, holds: each form calls one service."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, require
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import stay, who
from p2p.inventory import forms
from p2p.inventory.models import Hold, Move
from p2p.inventory.services import holds, ledger
from strategies.models import Location

MOVERS = (Role.SUPERVISOR, Role.OPERATOR)
HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR)


class MoveStock(ActionForm):
    section, form_class, roles = "inventory", forms.MoveForm, MOVERS
    title, submit = _("Move stock"), _("Move")

    def act(self, form: Any) -> Any:
        line = ledger.MoveLine(**form.cleaned_data, kind=_kind(form.cleaned_data))
        require(self.request.user, *MOVERS, site=line.source.site)
        ledger.post(lines=[line], by=who(self.request))
        said = _now("{quantity} {unit} of {item} moved to {place}.")
        return stay(
            text=said.format(
                quantity=formats.number(line.quantity),
                unit=line.item.unit.code,
                item=line.item.number,
                place=line.target.code,
            )
        )


def _kind(given: dict[str, Any]) -> str:
    """The kind follows from the places."""
    ends = {given["source"].kind, given["target"].kind}
    for place, kind in (
        (Location.Kind.SUPPLIER, Move.Kind.RECEIPT),
        (Location.Kind.CUSTOMER, Move.Kind.DELIVERY),
        (Location.Kind.SCRAP, Move.Kind.SCRAP),
        (Location.Kind.ADJUSTMENT, Move.Kind.ADJUSTMENT),
    ):
        if place in ends:
            return kind
    return Move.Kind.TRANSFER


class ReverseMove(ActionForm):
    model, lookup, section, form_class, roles = Move, "pk", "inventory", forms.ReverseForm, (Role.SUPERVISOR,)
    title, submit, danger = _("Take the move back"), _("Take back"), True
    text = _("A move with the opposite direction is posted; both stay in the ledger.")

    def act(self, form: Any) -> Any:
        (mirror,) = ledger.reverse(moves=[self.record], **form.cleaned_data, by=who(self.request))
        return reverse("inventory:move", args=[mirror.pk])


def _what(row: Hold) -> str:
    return str(row.item.number if row.item else row.location)


class PlaceHold(ActionForm):
    section, form_class, roles = "inventory", forms.HoldForm, HOLDERS
    title, submit = _("Put stock on hold"), _("Hold")
    text = _("Everything named must fit: a lot, a serial number, a place, or several of them.")

    def act(self, form: Any) -> Any:
        row = holds.hold(**form.cleaned_data, by=who(self.request))
        return stay(text=_now("{item} is on hold.").format(item=_what(row)))


class LiftHold(ActionForm):
    model, lookup, section, form_class, roles = Hold, "pk", "inventory", forms.NothingForm, HOLDERS
    title, submit = _("Lift the hold"), _("Lift")

    def act(self, form: Any) -> Any:
        (row,) = holds.unhold(holds=[self.record], by=who(self.request))
        return stay(text=_now("{item} may be used again.").format(item=_what(row)))
