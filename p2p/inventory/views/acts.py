"""Taking moves back, holds: each form calls one service."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import stay, who
from p2p.inventory import forms
from p2p.inventory.models import Hold, Move
from p2p.inventory.selectors.pieces import require_to_lift, require_where_it_lies
from p2p.inventory.services import by_hand, holds

HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR)


class ReverseMove(ActionForm):
    model, lookup, section, form_class, roles = Move, "pk", "inventory", forms.ReverseForm, (Role.SUPERVISOR,)
    title, submit, danger = _("Take the move back"), _("Take back"), True
    text = _("A move with the opposite direction is posted; both stay in the ledger.")

    def act(self, form: Any) -> Any:
        mirror = by_hand.reverse_by_hand(move=self.record, **form.cleaned_data, by=who(self.request))
        return reverse("inventory:move", args=[mirror.pk])


def _what(row: Hold) -> str:
    """What is held, as narrow as it is: a lot on hold is not all of its item."""
    piece = row.lot or row.serial
    named = [row.item.number if row.item else "", piece.number if piece else ""]
    if row.location:
        named.append(_now("at {place}").format(place=row.location.code) if row.item else str(row.location))
    return " ".join(filter(None, named))


class PlaceHold(ActionForm):
    section, form_class, roles = "inventory", forms.HoldForm, HOLDERS
    title, submit = _("Put stock on hold"), _("Hold")
    text = _("Everything named must fit: a lot, a serial number, a place, or several of them.")

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        piece = given["lot"] or given["serial"]
        if piece and not given["location"]:
            require_where_it_lies(who(self.request), piece, *self.roles)
        row = holds.hold(**given, by=who(self.request))
        return stay(text=_now("{item} is on hold.").format(item=_what(row)))


class LiftHold(ActionForm):
    model, lookup, section, form_class, roles = Hold, "pk", "inventory", forms.NothingForm, HOLDERS
    title, submit = _("Lift the hold"), _("Lift")

    def admit(self) -> None:
        super().admit()
        require_to_lift(self.request.user, self.record, *self.roles)

    def act(self, form: Any) -> Any:
        (row,) = holds.unhold(holds=[self.record], by=who(self.request))
        return stay(text=_now("{item} may be used again.").format(item=_what(row)))
