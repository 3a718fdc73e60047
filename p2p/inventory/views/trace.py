"""The trace page: both ways as tree, flow picture and table, the panel other pages show, and files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, may
from p2p.core.digits import whole
from p2p.core.facts import Refused, gather
from p2p.core.web import exports
from p2p.core.web.page import Page
from p2p.inventory import paper
from p2p.inventory.engine.tracing import Key
from p2p.inventory.models import Lot, Move, RecallLine, Serial
from p2p.inventory.picture import picture
from p2p.inventory.selectors import Node, Trace, describe, key_of, keys_of, trace
from p2p.inventory.selectors.genealogy import entries
from p2p.inventory.selectors.on_order import coming, on_order
from p2p.inventory.selectors.starts import Suspicion, began, piece_of, pieces_named
from p2p.inventory.selectors.trace import pieces
from p2p.inventory.trace_facts import OnOrder, Reviewing
from p2p.inventory.traced import COLUMNS, TreeRow, found_by, lines, of_it, tree_rows

VIEWS = (("tree", _("Tree")), ("flow", _("Picture")), ("table", _("Table")))
FILTERS = (("", _("All")), ("held", _("On hold")), ("shipped", _("Shipped")), ("stock", _("In stock")))
HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR)
OPENED = 40
"""A tree of so few nodes stands open; a larger one is opened level by level."""


@dataclass
class Asked:
    """What the address says: where it begins, which view, which filter; `problem` says what was not found."""

    params: QueryDict
    keys: list[Key] = field(default_factory=list)
    problem: str = ""

    @property
    def view(self) -> str:
        wanted = self.params.get("view", "tree")
        return wanted if wanted in dict(VIEWS) else "tree"

    @property
    def only(self) -> str:
        wanted = self.params.get("only", "")
        return wanted if wanted in dict(FILTERS) else ""

    def query(self, **changes: str) -> str:
        """The address's query with other words; the starts stay."""
        params = self.params.copy()
        for name, value in changes.items():
            params[name] = value
            if not value:
                del params[name]
        return f"?{params.urlencode()}"


def asked(params: QueryDict) -> Asked:
    """Read `of=lot:12` (often), `q=<number>` and `order=<number>`."""
    said = Asked(params)
    named = [piece_of(code) for code in params.getlist("of")]
    if None in named:
        raise Http404(_now("There is no such lot, serial number or move."))
    chosen = [piece for piece in named if piece is not None]
    words = params.get("q", "").strip()
    if words:
        found = pieces_named(words)
        chosen += found
        if not found:
            said.problem = _now("No lot, serial number or vendor's lot is called {number}.").format(
                number=words
            )
    if params.get("order"):
        said.keys = asked_of_order(params["order"])
        if not said.keys:
            said.problem = _now(
                "Nothing has come of order {number} yet, and nothing was issued to it."
            ).format(number=params["order"])
    said.keys = list(dict.fromkeys([*said.keys, *keys_of(chosen)]))
    return said


def asked_of_order(number: str) -> list[Key]:
    """Where the trace of an order begins: with what it brought, or else with what is issued to it."""
    try:
        start = began(Suspicion(order=number))
    except Refused:
        return []
    return list(start.keys) or _issued(start.issues)


def _issued(issues: Sequence[int]) -> list[Key]:
    """An order whose product has not come yet is traced by what was issued to it."""
    return [key_of(move) for move in Move.objects.filter(pk__in=issues).order_by("pk")]


class TraceFragment(Page):
    """A trace of what the address names, with its nodes."""

    section = "inventory"

    @cached_property
    def asked(self) -> Asked:
        return asked(self.request.GET)

    @cached_property
    def trace(self) -> Trace:
        return trace(self.asked.keys)

    @cached_property
    def nodes(self) -> dict[Key, Node]:
        return describe(self.trace)

    @cached_property
    def ordered(self) -> dict[int, list[OnOrder]]:
        """Item -> what is to come of it, of every item of the trace."""
        return on_order({node.item.pk for node in self.nodes.values()}, self.request.user)

    @cached_property
    def lit(self) -> set[Key] | None:
        """The nodes that the filter finds, and all that lead to them; None without a filter."""
        return found_by(self.asked.only, self.trace, self.nodes)

    def body(self) -> dict[str, Any]:
        """What the body's template draws."""
        view = self.asked.view
        context: dict[str, Any] = {
            "asked": self.asked,
            "trace": self.trace,
            "base": self.request.path,
            "views": [(key, title, self.asked.query(view=key)) for key, title in VIEWS],
            "filters": [(key, title, self.asked.query(only=key)) for key, title in FILTERS],
            "starts": [self.nodes[key] for key in self.trace.starts if key in self.nodes],
            "totals": totals(self.nodes, self.trace),
            "export": self.export_query(),
            "may_recall": may(self.request.user, *HOLDERS),
        }
        if view == "flow":
            context["flow"] = picture(self.trace, self.nodes, self.lit)
        elif view == "table":
            context["lines"] = lines(self.trace, self.nodes, self.lit, self.ordered)
        else:
            context["sides"] = [self.side(up) for up in (True, False)]
        return context

    def export_query(self) -> str:
        params = QueryDict(mutable=True)
        params.setlist("of", [":".join(map(str, key)) for key in self.trace.starts])
        if self.asked.only:
            params["only"] = self.asked.only
        return params.urlencode()

    def side(self, up: bool) -> dict[str, Any]:
        spread = self.trace.up if up else self.trace.down
        rows = tree_rows(
            self.trace,
            self.nodes,
            self.lit,
            up=up,
            of=list(self.trace.starts),
            level=1,
            deep=len(spread.reaches) <= OPENED,
            query=self.export_query(),
        )
        return {"up": up, "rows": rows, "count": len(spread.reaches) - len(self.trace.starts)}


def totals(nodes: dict[Key, Node], found: Trace) -> list[tuple[Any, int]]:
    """How many nodes of the trace are (also) where: the figures over the trace."""
    far = [nodes[key] for key in found.keys if key in nodes and key in found.up.reaches]
    counted = [
        (label, sum(1 for node in far if node.amount(where) > 0)) for where, label in RecallLine.Where.choices
    ]
    return [(_("On hold"), sum(1 for node in far if node.holds)), *counted]


class TracePage(TraceFragment):
    """Pick a lot, serial number, order, move or vendor's lot, and see both ways."""

    title = _("Trace")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        wanted = request.GET.get("export")
        if wanted and self.asked.keys:
            return self.file(wanted)
        context: dict[str, Any] = {"page": self, "asked": self.asked}
        if self.asked.keys:
            context |= self.body()
        fragment = request.headers.get("HX-Target") == "trace"
        return render(request, "inventory/trace_body.html" if fragment else "inventory/trace.html", context)

    def file(self, wanted: str) -> HttpResponseBase:
        rows = lines(self.trace, self.nodes, self.lit, self.ordered)
        if wanted == "csv":
            return exports.as_csv(rows, COLUMNS, "trace")
        if wanted == "xlsx":
            return exports.as_xlsx(rows, COLUMNS, "trace")
        if wanted == "pdf":
            starts = ", ".join(f"{node.item.number} {node.name}" for node in _first(self.nodes, self.trace))
            answer = HttpResponse(paper.trace_sheet(starts, rows), content_type="application/pdf")
            answer["Content-Disposition"] = 'inline; filename="trace.pdf"'
            return answer
        raise Http404


def _first(nodes: dict[Key, Node], found: Trace) -> list[Node]:
    return [nodes[key] for key in found.starts if key in nodes]


class TraceRows(TraceFragment):
    """The rows below one node of the tree."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        level = whole(request.GET.get("level", "2"), least=1, most=1000)
        piece = piece_of(request.GET.get("node", ""))
        if piece is None or level is None or not self.asked.keys:
            raise Http404
        rows: list[TreeRow] = tree_rows(
            self.trace,
            self.nodes,
            self.lit,
            up=request.GET.get("way") != "down",
            of=[key_of(piece)],
            level=level - 1,
            deep=False,
            query=self.export_query(),
        )
        return render(request, "inventory/trace_rows.html", {"rows": rows[1:]})


class TracePanel(TraceFragment):
    """The trace as a tab of a lot's, serial number's or move's page."""

    kinds: dict[str, Any] = {"lot": Lot, "serial": Serial, "move": Move}
    kind = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        record = get_object_or_404(self.kinds[self.kind].objects.all(), pk=pk)
        self.asked.keys = keys_of([record])
        return render(request, "inventory/trace_body.html", self.body())


class TraceNode(Page):
    """What is known of one node: where it is, what holds it, what was measured and done on its way."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        piece = piece_of(request.GET.get("of", ""))
        if piece is None:
            raise Http404(_now("There is no such lot, serial number or move."))
        key = key_of(piece)
        node = describe(trace([key], ways=()), [key])[key]
        ordered = on_order([node.item.pk], request.user).get(node.item.pk, [])
        context = {
            "node": node,
            "readings": readings([key]),
            "address": page_of(key),
            "item": node.item,
            "ordered": sorted(ordered, key=lambda one: not of_it(one, node)),
            "of_it": coming([one for one in ordered if of_it(one, node)]),
            "to_come": coming(ordered),
        }
        return render(request, "inventory/trace_node.html", context)


def readings(keys: Collection[Key]) -> list[Any]:
    """What the apps on the right know of these nodes, newest first. A fixed number of queries."""
    lots = tuple(number for kind, number in keys if kind == "lot")
    lots += tuple(
        piece.lot_id
        for piece in pieces([key for key in keys if key[0] == "serial"]).values()
        if isinstance(piece, Serial) and piece.lot_id
    )
    found = [one for each in gather(Reviewing(lots=lots, moves=entries(keys))) for one in each]
    return sorted(found, key=lambda one: (one.at is None, one.at), reverse=True)


def page_of(key: Key) -> str:
    """The record's own page; "" for those that have none."""
    kind, number = key
    return reverse(f"inventory:{kind}", args=[number]) if kind in ("lot", "move") else ""
