"""Handling units: list, page, and what is done with them; labels of all that can be scanned."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, at_sites
from p2p.core.digits import whole
from p2p.core.paper.label import labels
from p2p.core.paper.zpl import zpl
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory.forms import lots as forms
from p2p.inventory.labels import label_of
from p2p.inventory.models import Balance, HandlingUnit, Lot, Serial
from p2p.inventory.piecefilters import UnitFilter
from p2p.inventory.selectors.pieces import content, history, visible_units
from p2p.inventory.services import packing, units
from strategies.models import Item, Location

MOVERS = (Role.SUPERVISOR, Role.OPERATOR)


class Units(ListPage):
    model, title, section, slot = HandlingUnit, _("Handling units"), "inventory", "handling_units"
    search = ("number", "sscc", "location__code")
    order = ("number",)
    filterset_class = UnitFilter
    columns = (
        Column("number", _("Unit"), kind="code", link=True, width=130),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=120),
        Column("location.code", _("Stands at"), kind="code", width=120),
        Column("location.name", _("Where")),
        Column("parent.number", _("In"), kind="code", width=120),
        Column("piles", _("Piles"), kind="number", order=""),
        Column("sscc", _("SSCC"), kind="code", width=180),
        Column("gross_weight", _("Gross weight"), kind="quantity", hidden=True),
        Column("state", _("State"), value=lambda one: one.get_state_display(), order="state", width=96),
    )
    tabs = (Tab("open", _("Open"), "state=open"), Tab("closed", _("Closed"), "state=closed"))
    empty_title, empty_text = (
        _("No handling unit"),
        _("A pallet, box or plate that is moved with everything in it."),
    )

    def rows(self) -> QuerySet[Any]:
        inside = Balance.objects.filter(handling_unit=OuterRef("pk"), quantity__gt=0).order_by()
        counted = inside.values("handling_unit").annotate(count=Count("pk")).values("count")
        return visible_units(self.request.user).annotate(piles=Subquery(counted))

    def record_url(self, record: Any) -> str:
        return reverse("inventory:unit", args=[record.number])


class UnitPage(RecordPage):
    model, lookup, slot, section = HandlingUnit, "number", "unit", "inventory"
    list_url, list_title = "inventory:units", _("Handling units")

    def rows(self) -> QuerySet[Any]:
        return visible_units(self.request.user)

    def subtitle(self) -> Any:
        return self.record.get_kind_display()

    def facts(self) -> Sequence[Said]:
        one = self.record
        place = f"{one.location.site.code} · {one.location.code}" if one.location else formats.NONE
        told = [
            Said(_("Stands at"), place),
            Said(_("SSCC"), one.sscc or formats.NONE),
            Said(_("Known since"), formats.moment(one.created_at)),
        ]
        if one.parent:
            told.append(
                Said(_("In"), one.parent.number, url=reverse("inventory:unit", args=[one.parent.number]))
            )
        if one.gross_weight is not None:
            told.append(Said(_("Gross weight"), f"{formats.number(one.gross_weight)} kg"))
        return told

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("content", _("Content"), "inventory/unit.html"),
            RecordTab("history", _("What happened"), "inventory/history.html"),
        )

    def extra(self) -> dict[str, Any]:
        children = self.record.children.order_by("number").select_related("location")
        return {
            "content": content(self.record)[:MOST],
            "children": children,
            "events": history(self.record),
        }


class _OfUnit(ActionForm):
    """A form about one unit: it goes back to its page."""

    model, lookup, section, roles = HandlingUnit, "pk", "inventory", MOVERS
    knows_unit = False

    def form_kwargs(self) -> dict[str, Any]:
        return {"unit": self.record} if self.knows_unit else {}

    def home(self) -> str:
        return reverse("inventory:unit", args=[self.record.number])


class NewUnits(ActionForm):
    section, form_class, roles = "inventory", forms.UnitsForm, MOVERS
    title, submit = _("New handling units"), _("Make")

    def act(self, form: Any) -> Any:
        made = units.create_units(**form.cleaned_data, by=who(self.request))
        if len(made) == 1:
            return reverse("inventory:unit", args=[made[0].number])
        return reverse("inventory:units")

    def said(self, result: Any) -> Any:
        return _now("Made.")


class Pack(_OfUnit):
    form_class, knows_unit = forms.PackForm, True
    title, submit = _("Pack"), _("Pack")
    text = _("What lies loose where the unit stands goes into it; without a quantity, all of it.")

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        location = given.pop("location", None)
        line = packing.Packing(**given)
        packing.pack(unit=self.record, lines=[line], location=location, by=who(self.request))
        return self.home()


class Unpack(_OfUnit):
    form_class, knows_unit = forms.UnpackForm, True
    title, submit = _("Unpack"), _("Unpack")

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        pile = given.pop("pile")
        lines = []
        if pile is not None:
            lines.append(packing.Packing(item=pile.item, lot=pile.lot, serial=pile.serial, **given))
        packing.unpack(unit=self.record, lines=lines, by=who(self.request))
        return self.home()


class Nest(_OfUnit):
    form_class = forms.NestForm
    title, submit = _("Put into another unit"), _("Put in")

    def act(self, form: Any) -> Any:
        units.nest(unit=self.record, **form.cleaned_data, by=who(self.request))
        return self.home()


class MoveUnit(_OfUnit):
    form_class, knows_unit = forms.MoveUnitForm, True
    title, submit = _("Move the unit"), _("Move")
    text = _("Everything in it goes along, also the units that stand in it.")

    def act(self, form: Any) -> Any:
        units.move_unit(unit=self.record, **form.cleaned_data, by=who(self.request))
        return self.home()


class CloseUnit(_OfUnit):
    form_class = forms.CloseUnitForm
    title, submit = _("Close the unit"), _("Close")
    text = _("Nothing goes in or out until it is opened again.")

    def act(self, form: Any) -> Any:
        units.close_unit(unit=self.record, **form.cleaned_data, by=who(self.request))
        return self.home()


LABELLED: dict[str, Any] = {
    "item": Item,
    "lot": Lot,
    "serial": Serial,
    "unit": HandlingUnit,
    "place": Location,
}
MOST = 500


class Labels(Page):
    """Labels as PDF, or with `?as=zpl` for a label printer: `?copies=`, and for a lot `?quantity=`."""

    kind = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        kind, model = self.kind, LABELLED[self.kind]
        related = {
            "lot": ("item__unit",),
            "serial": ("item__unit",),
            "unit": ("location__site",),
            "place": ("site",),
        }
        rows = model.objects.select_related(*related.get(kind, ("unit",)))
        if kind == "unit":
            rows = visible_units(request.user)
        if kind == "place":
            rows = at_sites(rows, request.user)
        record = get_object_or_404(rows, pk=pk)
        return labels_answer(request, [label_of(record, quantity=_number(request.GET.get("quantity", "")))])


def labels_answer(request: HttpRequest, chosen: Sequence[Any]) -> HttpResponse:
    """The labels, as many times as `?copies=` says, in the form that `?as=` asks for."""
    copies = min(whole(request.GET.get("copies", ""), least=1, most=99_999) or 1, MOST)
    rows = [one for one in chosen for _copy in range(copies)]
    if request.GET.get("as") == "zpl":
        return HttpResponse(zpl(rows), content_type="text/plain; charset=utf-8")
    title = f"{_now('Label')} {rows[0].number}" if rows else _now("Label")
    return HttpResponse(labels(rows, title=title), content_type="application/pdf")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number < 10**12 else None
