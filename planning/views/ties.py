"""Forms of the one need that an open order is for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from planning import words
from planning.forms import NothingForm
from planning.models import ProductionOrder, ReplenishmentOrder
from planning.services import tie
from planning.tied_input import TieForm

PLANNER = ("planner",)
BUYER = ("buyer", "planner")


class _Tie(ActionForm):
    title, submit, section = _("Make for one need"), _("Make it for this"), "planning"
    form_class = TieForm
    text = _("What comes of it from now on is kept for that need; what is over is everybody's.")

    def heading(self) -> Any:
        return _("Whom {order} is for").format(order=self.record)

    def form_kwargs(self) -> dict[str, Any]:
        return {"supply": self.record}

    def act(self, form: Any) -> Any:
        tie.tie(supply=self.record, made_for=form.cleaned_data["made_for"], by=who(self.request))
        return words.address(self.record)


class _Untie(ActionForm):
    title, submit, section = _("Free for everybody"), _("Free it"), "planning"
    form_class = NothingForm
    text = _("What it brings from now on is everybody's; what is kept of it already stays kept.")

    def act(self, form: Any) -> Any:
        tie.untie(supply=self.record, by=who(self.request))
        return words.address(self.record)


class OrderTie(_Tie):
    model, roles = ProductionOrder, PLANNER


class OrderUntie(_Untie):
    model, roles = ProductionOrder, PLANNER


class ReplenishmentTie(_Tie):
    model, roles = ReplenishmentOrder, BUYER


class ReplenishmentUntie(_Untie):
    model, roles = ReplenishmentOrder, BUYER
