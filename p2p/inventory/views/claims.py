"""What is reserved: softly at a site, and hard at its places."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.access import Role, at_sites
from p2p.core.models import User
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage
from p2p.core.web.page import stay, who
from p2p.inventory import filters, selectors
from p2p.inventory.forms import NothingForm
from p2p.inventory.forms import claims as forms
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.services import allocation, reservations
from p2p.inventory.services import claims as service
from p2p.inventory.words import item_url, lot_url

CLAIMERS = (Role.PLANNER, Role.SUPERVISOR)
GIVERS = (Role.SUPERVISOR,)


def allocate_many(*, records: QuerySet[SoftReservation], by: User) -> Any:
    return allocation.summary(allocation.allocate(claims=records, by=by))


def release_many(*, records: QuerySet[SoftReservation], by: User) -> str:
    return _given_back(service.release(claims=records, by=by))


def give_back_many(*, records: QuerySet[Reservation], by: User) -> str:
    return _given_back(reservations.give_back(reservations=list(records), by=by))


def _given_back(count: int) -> str:
    return ngettext("{count} reservation given back.", "{count} reservations given back.", count).format(
        count=count
    )


def asks(row: SoftReservation) -> str:
    """What only some stock can fulfil."""
    said = [_now("lot {lot}").format(lot=row.lot.number)] if row.lot else []
    said += [f"{code} {_limits(asked)}" for code, asked in row.wanted.items()]
    if row.minimum_days:
        said.append(_now("{days} days left").format(days=row.minimum_days))
    if row.same_lot:
        said.append(_now("one lot"))
    return ", ".join(said)


def _limits(asked: Any) -> str:
    if isinstance(asked, dict):
        return f"{asked.get('min', '')}–{asked.get('max', '')}"
    return f"= {asked}"


class Claims(ListPage):
    model, title, section, slot = SoftReservation, _("Soft reservations"), "inventory", "claims"
    search = ("item__number", "item__name", "reference", "lot__number")
    order = ("priority", "needed_at", "id")
    filterset_class = filters.ClaimFilter
    columns = (
        Column("item.number", _("Item"), kind="code", width=120, href=item_url),
        Column("item.name", _("Name")),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", total=True, width=116),
        Column("reference", _("Document"), kind="code", width=116),
        Column("purpose", _("For"), value=lambda one: one.get_purpose_display(), order="purpose", width=110),
        Column("needed_at", _("Needed"), kind="time"),
        Column("priority", _("Priority"), kind="number", width=80),
        Column("asks", _("Asks for"), value=asks, order="", width=190),
        Column("site.code", _("Site"), kind="code", width=90, hidden=True),
        Column("claimed_at", _("Since"), kind="time", hidden=True),
        Column("by", _("By"), order="by__username", hidden=True),
        Column("act", "", template="inventory/cell_claim.html", value=lambda one: "", width=88),
    )
    bulk = (
        Bulk("allocate", _("Allocate"), act=allocate_many, roles=CLAIMERS),
        Bulk("release", _("Give back"), act=release_many, roles=CLAIMERS, danger=True),
    )
    empty_title, empty_text = (
        _("No soft reservation"),
        _("Orders reserve softly when they are firmed or scheduled, where site, item or order say so."),
    )

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.claims(), who(self.request), path="site__code")


class Reservations(ListPage):
    model, title, section, slot = Reservation, _("Reservations"), "inventory", "reservations"
    search = ("item__number", "item__name", "location__code", "reference", "lot__number", "serial__number")
    order = ("-id",)
    filterset_class = filters.ReservationFilter
    columns = (
        Column("item.number", _("Item"), kind="code", width=120, href=item_url),
        Column("item.name", _("Name")),
        Column("location.code", _("Place"), kind="code", width=110),
        Column("lot.number", _("Lot"), kind="code", width=110, href=lot_url),
        Column("serial.number", _("Serial"), kind="code", width=110, hidden=True),
        Column("handling_unit.number", _("Handling unit"), kind="code", width=110),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", total=True, width=116),
        Column("reference", _("Document"), kind="code", width=116),
        Column("reserved_at", _("Since"), kind="time"),
        Column("by", _("By"), order="by__username", width=96),
        Column("location.site.code", _("Site"), kind="code", width=90, hidden=True),
    )
    bulk = (Bulk("release", _("Give back"), act=give_back_many, roles=GIVERS, danger=True),)
    empty_title, empty_text = (
        _("Nothing is reserved"),
        _("Orders reserve when they are released; soft reservations are allocated."),
    )

    def rows(self) -> QuerySet[Any]:
        rows = Reservation.objects.select_related(
            "item__unit", "location__site", "lot", "serial", "handling_unit", "by"
        )
        return at_sites(rows, who(self.request), path="location__site__code")


class GiveBack(ActionForm):
    model, lookup, section, roles = Reservation, "pk", "inventory", GIVERS
    form_class = NothingForm
    title, submit, danger = _("Give the reservation back"), _("Give back"), True
    text = _("The stock is free for everybody again.")

    def act(self, form: Any) -> Any:
        count = reservations.give_back(reservations=[self.record], by=who(self.request))
        return stay(text=_given_back(count))


class ClaimGiveBack(ActionForm):
    model, lookup, section, roles = SoftReservation, "pk", "inventory", CLAIMERS
    form_class = NothingForm
    title, submit, danger = _("Give the soft reservation back"), _("Give back"), True
    text = _("The quantity is free for everybody again.")

    def act(self, form: Any) -> Any:
        return stay(text=_given_back(service.release(claims=[self.record], by=who(self.request))))


class ClaimNew(ActionForm):
    section, form_class, roles = "inventory", forms.ClaimForm, CLAIMERS
    title, submit = _("Reserve stock softly"), _("Reserve")
    text = _("The quantity is no longer available to others; place and lot are chosen when it is allocated.")

    def act(self, form: Any) -> Any:
        row = service.claim_one(**form.cleaned_data, by=who(self.request))
        return stay(text=_said(row))


def _said(row: SoftReservation) -> str:
    return _now("{quantity} {unit} of {item} are reserved at {site}.").format(
        quantity=formats.number(row.quantity),
        unit=row.item.unit.code,
        item=row.item.number,
        site=row.site.code,
    )


class ClaimChange(ActionForm):
    model, lookup, section, roles = SoftReservation, "pk", "inventory", CLAIMERS
    form_class = forms.ClaimChangeForm
    title, submit = _("Change the soft reservation"), _("Change")

    def initial(self) -> dict[str, Any]:
        one = self.record
        return {"quantity": one.quantity, "needed_at": one.needed_at, "priority": one.priority}

    def act(self, form: Any) -> Any:
        row = service.change_claim(claim=self.record, **form.cleaned_data, by=who(self.request))
        return stay(text=_said(row))
