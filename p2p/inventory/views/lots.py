"""Lots and serial numbers: lists, pages, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, at_sites, require
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory import selectors
from p2p.inventory.forms import lots as forms
from p2p.inventory.models import Balance, Hold, Lot, Serial
from p2p.inventory.piecefilters import SerialFilter
from p2p.inventory.selectors.attributes import standings
from p2p.inventory.selectors.pieces import history, require_where_it_lies, statuses
from p2p.inventory.services import lot_changes, lots, regroup, serials
from p2p.inventory.views.acts import PlaceHold

KEEPERS = (Role.SUPERVISOR, Role.INSPECTOR)
MOVERS = (Role.SUPERVISOR, Role.OPERATOR)


class _PiecePage(RecordPage):
    """What lots and serial numbers share: how they stand, where they lie, what is written about them, what happened."""

    section, lookup = "inventory", "pk"
    column = ""

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def badges(self) -> Sequence[tuple[str, Any]]:
        return [(one.state, one.words) for one in statuses(self.record)]

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("about", _("Overview"), "inventory/piece.html"),
            RecordTab("history", _("What happened"), "inventory/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        mine = {self.column: self.record}
        rows = at_sites(selectors.balances(), who(self.request), path="location__site__code")
        return {
            "balances": rows.filter(**mine),
            "standings": standings(self.record),
            "holds": Hold.objects.filter(**mine, released_at=None).select_related("location", "reason"),
            "events": history(self.record),
        }


class LotPage(_PiecePage):
    model, slot, column = Lot, "lot", "lot"
    list_url, list_title = "inventory:lots", _("Lots")

    def rows(self) -> QuerySet[Any]:
        return Lot.objects.select_related("item__unit", "vendor")

    def facts(self) -> Sequence[Said]:
        one = self.record
        told = [
            Said(_("Vendor"), one.vendor or formats.NONE),
            Said(_("Vendor's lot"), one.vendor_lot or formats.NONE),
            Said(_("Made"), formats.day(one.made_on)),
            Said(_("Expires"), formats.day(one.expires_on)),
            Said(_("Retest"), formats.day(one.retest_on)),
            Said(_("Known since"), formats.moment(one.created_at)),
        ]
        return [*told, Said(_("Lot of"), one.made_for)] if one.made_for else told


class SerialPage(_PiecePage):
    model, slot, column = Serial, "serial", "serial"
    list_url, list_title = "inventory:serials", _("Serial numbers")

    def rows(self) -> QuerySet[Any]:
        return Serial.objects.select_related("item__unit", "lot")

    def facts(self) -> Sequence[Said]:
        one = self.record
        told = [
            Said(_("Vendor's serial number"), one.vendor_serial or formats.NONE),
            Said(_("Made"), formats.day(one.made_on)),
            Said(_("Known since"), formats.moment(one.created_at)),
        ]
        lot = one.lot
        return (
            [*told, Said(_("Lot"), lot.number, url=reverse("inventory:lot", args=[lot.pk]))] if lot else told
        )


class Serials(ListPage):
    model, title, section, slot = Serial, _("Serial numbers"), "inventory", "serials"
    search = ("number", "vendor_serial", "item__number", "item__name")
    order = ("item__number", "number")
    filterset_class = SerialFilter
    columns = (
        Column("number", _("Serial number"), kind="code", link=True, width=170),
        Column("item.number", _("Item"), kind="code", width=130),
        Column("item.name", _("Name")),
        Column("vendor_serial", _("Vendor's serial number"), kind="code", width=150),
        Column("made_on", _("Made"), kind="date"),
        Column("created_at", _("Known since"), kind="time"),
    )
    empty_title, empty_text = (
        _("No serial number"),
        _("They come with receipts and with production, or ahead of both for labels."),
    )

    def rows(self) -> QuerySet[Any]:
        return Serial.objects.select_related("item")

    def record_url(self, record: Any) -> str:
        return reverse("inventory:serial", args=[record.pk])


class NewLot(ActionForm):
    section, form_class, roles = "inventory", forms.LotForm, KEEPERS
    title, submit = _("New lot"), _("Save")
    text = _("Lots come by themselves with receipts and reports; this is for one that is known before.")

    def act(self, form: Any) -> Any:
        row = lots.create_lot(**form.cleaned_data, by=who(self.request))
        return reverse("inventory:lot", args=[row.pk])


class NewSerials(ActionForm):
    section, form_class, roles = "inventory", forms.SerialsForm, KEEPERS
    title, submit = _("New serial numbers"), _("Make")
    text = _("A block of numbers for labels that are printed before the pieces come.")

    def act(self, form: Any) -> Any:
        rows = serials.create_serials(**form.cleaned_data, by=who(self.request))
        return f"{reverse('inventory:serials')}?item={rows[0].item.number}"


class _OfPiece(ActionForm):
    """A form about one lot or serial number: it goes back to its page."""

    section, lookup, roles = "inventory", "pk", KEEPERS

    def page(self, piece: Lot | Serial) -> str:
        name = "lot" if isinstance(piece, Lot) else "serial"
        return reverse(f"inventory:{name}", args=[piece.pk])

    def initial(self) -> dict[str, Any]:
        names = [name for name in self.form_class.base_fields if hasattr(self.record, name)]
        return {name: getattr(self.record, name) for name in names}


class _OfAllOfIt(_OfPiece):
    """What holds wherever the piece lies: the role is needed there."""

    def admit(self) -> None:
        super().admit()
        require_where_it_lies(self.request.user, self.record, *self.roles)


class ChangeLot(_OfAllOfIt):
    model, form_class = Lot, forms.LotChangeForm
    title, submit = _("Change the lot"), _("Save")

    def form_kwargs(self) -> dict[str, Any]:
        return {"piece": self.record}

    def act(self, form: Any) -> Any:
        return self.page(lot_changes.change_lot(lot=self.record, **form.cleaned_data, by=who(self.request)))


class ChangeSerial(_OfAllOfIt):
    model, form_class = Serial, forms.SerialChangeForm
    title, submit = _("Change the serial number"), _("Save")

    def form_kwargs(self) -> dict[str, Any]:
        return {"piece": self.record}

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return self.page(lot_changes.change_serial(serial=self.record, **given, by=who(self.request)))


class Retest(_OfAllOfIt):
    model, form_class = Lot, forms.RetestForm
    title, submit = _("Tested again"), _("Save")
    text = _(
        "Passed: it may be used until the day, or as long as its item says. Failed: all of it goes on hold."
    )

    def form_kwargs(self) -> dict[str, Any]:
        return {"piece": self.record}

    def act(self, form: Any) -> Any:
        return self.page(lot_changes.retest(lot=self.record, **form.cleaned_data, by=who(self.request)))

    def said(self, result: Any) -> Any:
        return _now("Retest of {lot} saved.").format(lot=self.record.number)


class SplitLot(_OfPiece):
    model, form_class, roles = Lot, forms.SplitForm, MOVERS
    submit = _("Split")
    text = _("The part gets a number of its own; days, attributes and holds go along.")

    @property
    def title(self) -> Any:  # type: ignore[override]
        return _now("Split lot {lot}").format(lot=self.record.number)

    def initial(self) -> dict[str, Any]:
        """Nothing: `number` is the new lot's, not this one's."""
        return {}

    def form_kwargs(self) -> dict[str, Any]:
        return {"lot": self.record}

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        pile = given.pop("pile")
        require(self.request.user, *self.roles, site=pile.location.site)
        where = {"location": pile.location, "unit": pile.handling_unit}
        return self.page(regroup.split(lot=self.record, **where, **given, by=who(self.request)))


class MergeLots(_OfPiece):
    model, form_class, roles = Lot, forms.MergeForm, MOVERS
    submit = _("Merge")
    text = _("It expires when the first of them does; what is merged with a held lot is held.")

    @property
    def title(self) -> Any:  # type: ignore[override]
        return _now("Merge lot {lot} with others").format(lot=self.record.number)

    def form_kwargs(self) -> dict[str, Any]:
        return {"lot": self.record}

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        chosen = [self.record, *given.pop("lots")]
        there = Balance.objects.filter(lot__in=chosen, quantity__gt=0)
        for code in there.values_list("location__site__code", flat=True).order_by().distinct():
            require(self.request.user, *self.roles, site=code)
        return self.page(regroup.merge(lots=chosen, **given, by=who(self.request)))


class HoldLot(PlaceHold):
    """The hold form, filled in with this lot."""

    model, lookup = Lot, "pk"

    def initial(self) -> dict[str, Any]:
        return {"item": self.record.item.number, "lot": self.record.number}


class HoldSerial(PlaceHold):
    """The hold form, filled in with this serial number."""

    model, lookup = Serial, "pk"

    def initial(self) -> dict[str, Any]:
        return {"item": self.record.item.number, "serial": self.record.number}
