"""What goes on the floor's paper: the traveller, the pick list and the label of an order."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table, TableStyle

from execution import selectors
from execution.came_out import came_out
from execution.models import PickLine, PickList
from p2p.core import paper
from p2p.core.web import formats
from planning.models import Material, Operation, ProductionOrder
from strategies.selectors.instructions import ShownStep, steps_of_operations

CODES = 56 * mm


def operation_code(operation: Operation) -> str:
    """MO-000123-10: what the tablet understands as operation 10 of that order."""
    return f"{operation.order.number}-{operation.number}"


def traveller(order: ProductionOrder) -> bytes:
    """The paper that goes with the pieces: what is made, its operations with their codes, its components."""
    order = selectors.orders().select_related("bom", "route", "output_location").get(pk=order.pk)
    operations = list(
        Operation.objects.filter(order=order)
        .select_related("order", "group", "resource", "vendor", "half_finished")
        .order_by("number")
    )
    steps = steps_of_operations([each.route_operation_id for each in operations])
    story: list[Flowable] = [paper.head(_("Traveller"), order.number, order.site.name, _order_facts(order))]
    story.append(paper.text(_("Operations"), paper.PART))
    for each in operations:
        told = [part for step in steps.get(each.route_operation_id, []) for part in _step(step)]
        # An operation keeps its first step beside it; long instructions may go on overleaf.
        story.append(KeepTogether([_operation(each), *told[:1]]))
        story += told[1:]
    story += _materials(order) + _outputs(order)
    return paper.pdf(story, title=f"{_('Traveller')} {order.number}")


def _step(shown: ShownStep) -> list[Flowable]:
    """What to do, with what, to which figures, and how it looks."""
    step = shown.step
    words = " ".join(part for part in (step.title and f"{step.title}:", step.text) if part)
    parts: list[Flowable] = [paper.text(f"{step.position}. {words}", paper.STEP)]
    beside = [each for each in (step.tools, step.materials, step.specifications) if each]
    if step.characteristic:
        beside.append(f"{_('measure')} {step.characteristic.name}: ____________")
    if beside:
        parts.append(paper.text(" · ".join(beside), paper.SMALL))
    for file in shown.pictures:
        with file.content.open("rb") as content:
            parts.append(paper.picture(content.read(), name=file.name))
    return parts


def pick_list(one: PickList) -> bytes:
    """What to bring from where, place by place, with a box to tick."""
    order = one.order
    facts = (
        (_("For order"), order.number),
        (_("Item"), f"{order.item.number} {order.item.name}"),
        (_("Quantity"), _amount(order.quantity, order.item)),
        (_("Start"), paper.day(order.start_on)),
    )
    heads = (_("Place"), _("Item"), _("Lot or serial"), _("Quantity"), _("Op."), _("Taken"))
    rows = [_pick_row(line) for line in selectors.pick_lines(one)]
    story: list[Flowable] = [paper.head(_("Pick list"), one.number, order.site.name, facts), paper.gap(4)]
    if rows:
        story.append(paper.table(heads, rows, (30, 66, 34, 26, 12, 12), right=(3, 4)))
    else:
        story.append(paper.text(_("Nothing to bring: the order takes no components from a place.")))
    return paper.pdf(story, title=f"{_('Pick list')} {one.number}")


def label(order: ProductionOrder, *, copies: int = 1) -> bytes:
    """A label for the box or pallet that holds the order's pieces, so many times."""
    order = selectors.orders().select_related("output_location").get(pk=order.pk)
    place = order.output_location
    lines = [
        f"{order.item.number} {order.item.name}",
        f"{_amount(order.quantity, order.item)} · {_('due')} {paper.day(order.due_on)}",
        *([f"{_('Goes to')} {place.code}"] if place else []),
    ]
    one = paper.Label(title=order.site.name, number=order.number, lines=lines)
    return paper.labels([one] * copies, title=f"{_('Label')} {order.number}")


def _amount(quantity: Any, item: Any) -> str:
    return f"{formats.number(quantity)} {item.unit.code}"


def _pick_row(line: PickLine) -> list[Any]:
    item = line.material.item
    tracked = line.serial or line.lot
    return [
        paper.text(line.location.code if line.location else _("missing"), paper.BOLD),
        [paper.text(item.number, paper.BOLD), paper.text(item.name)],
        tracked.number if tracked else "",
        paper.text(_amount(line.quantity, item), paper.RIGHT),
        paper.text(line.material.operation.number if line.material.operation else "", paper.RIGHT),
        paper.Box(ticked=line.picked_quantity >= line.quantity),
    ]


def _order_facts(order: ProductionOrder) -> tuple[tuple[str, str], ...]:
    versions = ", ".join(
        f"{name} v{version.version}"
        for name, version in ((_("BOM"), order.bom), (_("route"), order.route))
        if version
    )
    return (
        (_("Item"), f"{order.item.number} {order.item.name}"),
        (_("Quantity"), _amount(order.quantity, order.item)),
        (_("Due"), paper.day(order.due_on)),
        (_("Start"), paper.day(order.start_on)),
        (_("Made after"), versions or formats.NONE),
        (_("Goes to"), order.output_location.code if order.output_location else formats.NONE),
    )


def _operation(operation: Operation) -> Flowable:
    """Number and name, where and when, room for figures by hand, the code that a tablet reads."""
    where = operation.vendor.name if operation.outside and operation.vendor else ""
    where = where or (operation.group.name if operation.group else "")
    setup, run = formats.duration(operation.setup_seconds), formats.duration(operation.run_seconds)
    times = f"{_('Setup')} {setup}, {_('run')} {run}"
    marks = [
        mark
        for mark, wanted in ((_("AT VENDOR"), operation.outside), (_("INSPECT"), operation.inspect))
        if wanted
    ]
    words = _words(operation, where, times, marks)
    by_hand = Table(
        [[paper.text(label, paper.SMALL), ""] for label in (_("Good"), _("Scrap"), _("Sign"))],
        colWidths=[13 * mm, 19 * mm],
        rowHeights=[6 * mm] * 3,
        style=TableStyle(
            [("LINEBELOW", (1, 0), (1, -1), 0.5, paper.LINE), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
        ),
    )
    code = paper.coded(operation_code(operation), height=9 * mm, width=CODES)
    row = [paper.text(operation.number, paper.PART), words, by_hand, code]
    sheet = Table([row], colWidths=[12 * mm, paper.width() - 46 * mm - CODES, 34 * mm, CODES])
    sheet.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("ALIGN", (3, 0), (3, 0), "RIGHT"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("LINEABOVE", (0, 0), (-1, 0), 0.3, paper.LINE),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return sheet


def _words(operation: Operation, where: str, times: str, marks: list[str]) -> list[Any]:
    """What it is, where and how long, what its pieces are called behind it, when."""
    words: list[Any] = [
        paper.marked(f"<b>{paper.plain(operation.name)}</b> {paper.plain(' · '.join(marks))}"),
        paper.text(" · ".join(part for part in (where, times) if part), paper.SMALL),
    ]
    if operation.half_finished:
        leaves = f"{operation.half_finished.number} {operation.half_finished.name}"
        words.append(paper.text(f"{_('Leaves as')} {leaves}", paper.SMALL))
    if operation.starts_at:
        words.append(paper.text(paper.moment(operation.starts_at), paper.SMALL))
    return words


def _materials(order: ProductionOrder) -> list[Flowable]:
    rows = Material.objects.filter(order=order).select_related("item__unit", "operation").order_by("position")
    cells = [
        [
            paper.text(row.item.number, paper.BOLD),
            row.item.name,
            paper.text(_amount(row.quantity, row.item), paper.RIGHT),
            paper.text(row.operation.number if row.operation else "", paper.RIGHT),
        ]
        for row in rows
    ]
    if not cells:
        return []
    heads = (_("Item"), _("Name"), _("Quantity"), _("Op."))
    parts = paper.table(heads, cells, (42, 86, 38, 14), right=(2, 3))
    return [paper.text(_("Components"), paper.PART), parts]


def _outputs(order: ProductionOrder) -> list[Flowable]:
    """What comes out beside the product: planned, what came so far, and room to write."""
    cells = [
        [
            paper.text(one.output.item.number, paper.BOLD),
            f"{one.output.item.name}, {one.output.get_kind_display()}",
            paper.text(_amount(one.output.quantity, one.output.item), paper.RIGHT),
            paper.text(_amount(one.output.received_quantity, one.output.item), paper.RIGHT),
            "____________",
        ]
        for one in came_out(order)[1:]
    ]
    if not cells:
        return []
    heads = (_("Item"), _("Name"), _("Planned"), _("Came out"), _("Reported"))
    table = paper.table(heads, cells, (36, 62, 28, 28, 26), right=(2, 3))
    return [paper.text(_("Comes out beside"), paper.PART), table]
