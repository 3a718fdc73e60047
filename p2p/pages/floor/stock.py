"""The tablet in the store: the menu of what can be done with stock, and what a code is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, Exists, OuterRef, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from execution import selectors as execution
from p2p.core.access import at_sites, require
from p2p.core.digits import whole
from p2p.inventory import selectors
from p2p.inventory.models import Balance, HandlingUnit, SupplyRule
from p2p.inventory.selectors.pieces import inside
from p2p.inventory.selectors.scanned import Found, scanned
from p2p.inventory.selectors.tasks import open_tasks
from p2p.pages.floor.job import job_url
from p2p.pages.floor.said import Said
from p2p.pages.floor.tablet import WORKERS, FloorPage
from p2p.pages.floor.tiles import tiles_for
from planning.models import Operation, ProductionOrder
from strategies.models import Location, Site

SHOWN = 60


class StockPage(FloorPage):
    """Base of the tablet's pages of stock: they work at one site, chosen on the menu and kept in the session.

    `title` stands in the head, `back_to` is the address name of the arrow beside it.
    """

    title: Any = ""
    back_to = "pages:floor-stock"

    def sites(self) -> Any:
        return at_sites(
            Site.objects.filter(active=True).order_by("code"), self.request.user, *self.roles, path="code"
        )

    @cached_property
    def site(self) -> Site | None:
        """The site chosen before, else the work centre's, else the person's first."""
        chosen = self.request.session.get("floor_site")
        rows = self.sites()
        found: Site | None = rows.filter(code=chosen).first() if chosen else None
        if found is None:
            group = self.group()
            found = rows.filter(pk=group.site_id).first() if group else None
        return found or rows.first()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.roles:
            require(request.user, *self.roles)
            if self.site is None and not isinstance(self, StockMenu):
                return redirect("pages:floor-stock")
        return super().dispatch(request, *args, **kwargs)

    @property
    def here(self) -> Site:
        """The site of a page that is only shown at one."""
        assert self.site is not None
        return self.site

    @property
    def back_url(self) -> str:
        return reverse(self.back_to)

    def draw(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A page of stock: its template in templates/pages/floor/stock/."""
        whole = {"page": self, "site": self.site, "group": self.group(), **context}
        return render(self.request, f"pages/floor/stock/{template}.html", whole, status=status)


class StockMenu(StockPage):
    """What can be done with stock here, and how much of it waits."""

    def get(self, request: HttpRequest) -> HttpResponse:
        tiles = list(tiles_for(request.user, self.site)) if self.site else []
        return self.draw("menu", {"tiles": tiles, "sites": list(self.sites())})

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = self.sites().filter(code=request.POST.get("site", "")).first()
        if asked is None:
            messages.error(request, _("This site is not in use any more: choose another."))
        else:
            request.session["floor_site"] = asked.code
        return redirect("pages:floor-stock")


@dataclass(frozen=True)
class Deed:
    """A button under what was looked up."""

    title: Any
    url: str
    icon: str


class LookUp(StockPage):
    """Anything that carries a code: what it is, where it lies, and what can be done with it."""

    title = _("Look up")

    def post(self, request: HttpRequest) -> HttpResponse:
        code = Said.of(request.POST).code
        return redirect(f"{reverse('pages:floor-look-up')}?{urlencode({'code': code})}")

    def get(self, request: HttpRequest) -> HttpResponse:
        code = request.GET.get("code", "").strip()[:120]
        found = scanned(code, site=self.here) if code else []
        if code and not found:
            return self._elsewhere(code)
        chosen = self._chosen(found)
        shown = self._shown(chosen) if chosen else {}
        return self.draw("look_up", {"code": code, "found": found, "chosen": chosen, **shown})

    def _chosen(self, found: list[Found]) -> Found | None:
        """The one that is meant, when there are several: `?which=` counts from 0."""
        which = whole(self.request.GET.get("which", ""), most=len(found) - 1)
        if which is not None:
            return found[which]
        return found[0] if len(found) == 1 else None

    def _elsewhere(self, code: str) -> HttpResponse:
        """An order or operation opens its job; anything else is named and changes nothing."""
        meant = execution.scanned(code)
        order = meant.order if isinstance(meant, Operation) else meant
        if order is not None and at_sites(self._same(order), self.request.user, *WORKERS).exists():
            step = meant if isinstance(meant, Operation) else order.operations.order_by("number").first()
            if step is not None:
                return redirect(job_url(step))
        sentence = _("{code} is no item, lot, serial number, unit, place, card or task of {site}.")
        return self.draw(
            "look_up", {"code": code, "refusal": sentence.format(code=code, site=self.here.code)}
        )

    def _same(self, order: ProductionOrder) -> Any:
        return ProductionOrder.objects.filter(pk=order.pk)

    def _shown(self, chosen: Found) -> dict[str, Any]:
        lying = lying_at(self.here).order_by(
            "location__walk_order", "location__code", *_in_order(chosen), "id"
        )
        rows = lying.filter(**_within(chosen)) if _within(chosen) else lying.none()
        lines = list(rows[: SHOWN + 1])
        boxes = boxes_in(chosen.record) if chosen.kind == "unit" else []
        return {
            "lines": lines[:SHOWN],
            "more": len(lines) > SHOWN,
            "boxes": boxes,
            "tasks": list(self._tasks(chosen)[:SHOWN]),
            "deeds": deeds(chosen, any_there=bool(lines or chosen.kind == "unit")),
        }

    def _tasks(self, chosen: Found) -> Any:
        rows = open_tasks(self.here)
        if chosen.kind == "place":
            return rows.filter(source=chosen.record) | rows.filter(target=chosen.record)
        if chosen.kind == "unit":
            return rows.filter(handling_unit__in=inside(chosen.record))
        column = {"card": "rule", "task": "pk"}.get(chosen.kind, chosen.kind)
        return rows.filter(**{column: chosen.record.pk})


def lying_at(site: Site) -> Any:
    """What lies at the places of a site, holds and what is free along with it."""
    rows = selectors.balances().filter(location__site=site).exclude(location__kind__in=Location.OUTSIDE)
    return rows.filter(quantity__gt=0)


def boxes_in(unit: HandlingUnit) -> list[HandlingUnit]:
    """The units that stand in it, however deep; `filled` says whether anything lies in one itself."""
    there = Balance.objects.filter(handling_unit=OuterRef("pk"), quantity__gt=0)
    rows = HandlingUnit.objects.filter(pk__in=inside(unit)).exclude(pk=unit.pk).select_related("parent")
    return list(rows.annotate(filled=Exists(there)).order_by("number")[:SHOWN])


def _in_order(chosen: Found) -> tuple[Any, ...]:
    """What lies in a pallet itself first, then box by box."""
    if chosen.kind != "unit":
        return ()
    own = Case(When(handling_unit=chosen.record, then=0), default=1)
    return own, "handling_unit__number"


def _within(chosen: Found) -> dict[str, Any]:
    """Which balances belong to what was found."""
    record = chosen.record
    if isinstance(record, HandlingUnit):
        return {"handling_unit__in": inside(record)}
    if chosen.kind == "place":
        return {"location": record}
    if isinstance(record, SupplyRule):
        return {"location": record.location, "item": record.item}
    if chosen.kind == "task":
        return {"item": record.item_id, **({"lot": record.lot_id} if record.lot_id else {})}
    return {chosen.kind: record}


def deeds(chosen: Found, *, any_there: bool) -> list[Deed]:
    """What can be done with it from here."""
    record, kind = chosen.record, chosen.kind
    made: list[Deed] = []
    if kind == "task" and record.state in ("open", "started"):
        made.append(Deed(_("Do this task"), reverse("pages:floor-task", args=[record.number]), "player-play"))
    if kind == "card":
        made.append(
            Deed(_("The bin is empty: call for it"), _to("pages:floor-supply", code=record.card), "bell")
        )
    parent = record.parent if isinstance(record, HandlingUnit) else None
    if parent is not None:
        words = _("It stands in {unit}: look at that").format(unit=parent.number)
        return [Deed(words, _to("pages:floor-look-up", code=parent.number), "box"), *made]
    if any_there and kind in ("item", "lot", "serial", "unit", "place"):
        made.append(Deed(_("Move it"), _to("pages:floor-move", **_names(chosen)), "arrow-big-right-lines"))
    return made


def _names(chosen: Found) -> dict[str, str]:
    record = chosen.record
    if chosen.kind in ("lot", "serial"):
        return {"item": record.item.number, chosen.kind: record.number}
    return {{"place": "source"}.get(chosen.kind, chosen.kind): getattr(record, "number", "") or record.code}


def _to(name: str, **said: str) -> str:
    return f"{reverse(name)}?{urlencode(said)}"
