"""Lines of a bill that its designer asks for: the next of a long one, those below an item."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from p2p.core import access
from p2p.core.access import MONEY_ROLES
from p2p.core.numbers import decimal_of
from p2p.core.web import formats
from p2p.core.web.page import Page
from strategies.models import BomVersion, Item, Site
from strategies.selectors import designing
from strategies.selectors.bom import bill_of, named_bill, opened_bill
from strategies.selectors.designing import PAGE
from strategies.views.asked import count_of, fraction, key_of
from strategies.views.bom_rows import ROWS, Row, day_of, rows_of, shown_of


class Lines(Page):
    """The next lines of a long bill, or the first so many again: `?start=200`, `?to=400`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        bom = get_object_or_404(BomVersion.objects.select_related("item__unit", "site__currency"), pk=pk)
        start, to = count_of(request.GET.get("start", "")), count_of(request.GET.get("to", ""))
        shown = shown_of(request, bom, start=start, count=max(PAGE, to))
        context = {"shown": shown, "rows": shown.rows, "record": bom, "sums": bool(to)}
        response = render(request, ROWS, context)
        response["P2P-Revision"] = str(bom.revision)
        return response


class Level(Page):
    """The rows below one item: what its bill takes for one piece at the top, and what work adds to it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item, day = get_object_or_404(Item, pk=pk), day_of(request)
        sites = Site.objects.select_related("currency")
        site = sites.filter(code=request.GET.get("site", "")).first()
        named = named_bill(item, key_of(request.GET.get("bom", "")))
        top = key_of(request.GET.get("top", ""))
        # Of a phantom its parent's order takes so many, by the version for as many.
        taken = fraction(request.GET["amount"]) if request.GET.get("amount") else None
        if taken and not named:
            bom = bill_of(item, day=day, site=site, quantity=decimal_of(taken))
        else:
            bom = named or opened_bill(item, top=top, day=day, site=site)
        if bom is None:
            return render(request, ROWS, {"rows": []})
        level, factor = count_of(request.GET.get("level", "")) or 2, fraction(request.GET.get("factor", ""))
        lines = [line for line in designing.lines_of(bom) if designing.holds(line, day)]
        figures = designing.figures(bom, lines, day=day, site=site, amount=taken)
        money = access.may(request.user, *MONEY_ROLES)
        critical = request.GET.get("critical") == "1"
        drawn = {"level": level, "factor": factor, "critical": critical, "top": top or bom.pk}
        rows = rows_of(lines, figures, money=money, **drawn)
        if money and figures.work:
            rows.append(_work(rows[0] if rows else None, figures.work, factor, level))
        return render(request, ROWS, {"rows": rows, "shown": {"editable": False, "money": money}})


def _work(like: Row | None, work: Decimal, factor: Fraction, level: int) -> Row:
    """The row that makes the level add up to its parent."""
    blank = [("", css, "", "") for _field, css, _value, _shown in (like.cells if like else ())]
    amount = formats.number(decimal_of(Fraction(work) * factor), 2)
    cells = [(*cell[:3], amount) if place == len(blank) - 3 else cell for place, cell in enumerate(blank)]
    return replace(Row(level=level, title=_("Work and the rest"), work=True), cells=cells)
