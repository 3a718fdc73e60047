"""Sheets of going live: running numbers, and what the old books say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from p2p.core.refusal import Refused
from strategies.models import ControlFigure, CutOver, NumberSeries, Site
from strategies.services.cutover import check_measure
from strategies.services.importer.kinds import Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Row, Sheet


def _measured(row: Row) -> Iterator[tuple[str, str]]:
    try:
        check_measure(row.values["measure"])
    except Refused as refused:
        yield "measure", str(refused)


SHEETS = (
    Sheet(
        opens=True,
        name="number_series",
        title=gettext_lazy("Number series"),
        about=gettext_lazy(
            "Where the numbers of documents go on: MO production orders, PO purchases, TO transfers, "
            "PK pick lists."
        ),
        model=NumberSeries,
        key=("code", "site"),
        sentences={
            "number_series_goes_on": gettext_lazy(
                "Numbers up to there were given out already: the next is higher."
            )
        },
        fields=(
            Column("code", Text(40), required=True, example="MO"),
            Reference("site", Site, ("site",), ("code",)),
            Column("prefix", Text(64), required=True, example="MO-"),
            Column("width", Whole(1, 12), default=6, example="6"),
            Column("next_value", Whole(1), required=True, example="72592"),
        ),
    ),
    Sheet(
        opens=True,
        name="control_figures",
        title=gettext_lazy("Control figures"),
        about=gettext_lazy(
            "What the old system's books say on the last day, to be compared with what is here."
        ),
        model=ControlFigure,
        key=("cut_over", "measure", "of"),
        checks=(_measured,),
        fields=(
            Reference("cut_over", CutOver, ("cut_over",), ("name",), required=True, example="Bothell"),
            Column("measure", Text(40), required=True, example="stock.value"),
            Column("of", Text(100), help=gettext_lazy("an item, an order; empty: the total")),
            Column("expected", Number(), required=True, example="1234567.89"),
        ),
    ),
)
