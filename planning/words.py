"""What planning says in sentences: messages of a plan, reasons for lateness."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from p2p.core.web import formats
from planning.models import Message, ProductionOrder, ReplenishmentOrder
from planning.models.proposal import Named
from strategies.models.version import Version
from strategies.selectors.outside import Gap

CODES = {
    "advance": gettext_lazy("Bring forward"),
    "postpone": gettext_lazy("Put off"),
    "cancel": gettext_lazy("Not needed"),
    "demand_overdue": gettext_lazy("Demand overdue"),
    "start_overdue": gettext_lazy("Should have started"),
    "late": gettext_lazy("Late"),
    "short": gettext_lazy("Short"),
    "lot_conflict": gettext_lazy("Lot sizes conflict"),
    "loop": gettext_lazy("BOM goes in a circle"),
    "no_bom": gettext_lazy("No BOM"),
    "no_source": gettext_lazy("No source"),
    "stopped": gettext_lazy("Orders stopped"),
    "no_conversion": gettext_lazy("No unit conversion"),
    "no_phantom_bom": gettext_lazy("Phantom without a BOM"),
    "too_many_ways": gettext_lazy("Too many ways through phantoms"),
    "overflow": gettext_lazy("To a vendor"),
    "overflow_kept": gettext_lazy("Stays inside"),
    "overflow_gap": gettext_lazy("No vendor could take it"),
    "unknown_item": gettext_lazy("Unknown item"),
    "unknown_component": gettext_lazy("Unknown component"),
}


def title(code: str) -> str:
    """The name of a kind of message."""
    return str(CODES.get(code, code.replace("_", " ").capitalize()))


def versions(bom: Version | None, route: Version | None) -> str:
    """`BOM v2, route v1`; "" of none."""
    parts = [_("BOM v{version}").format(version=bom.version)] if bom else []
    parts += [_("route v{version}").format(version=route.version)] if route else []
    return ", ".join(parts)


def named(row: Any) -> str:
    """The versions of a proposal or order that the demand it is for names; "" where it names none."""
    return versions(
        row.bom if row.named in (Named.BOM, Named.BOTH) else None,
        row.route if row.named in (Named.ROUTE, Named.BOTH) else None,
    )


def need(row: Any) -> tuple[str, str]:
    """The one need that an order or a proposal is for and its address: `made for MO-000123, line 20`."""
    if row.for_material_id and row.for_material:
        order = row.for_material.order
        text = _("{order}, line {line}").format(order=order.number, line=row.for_material.position)
        return text, order.get_absolute_url()
    if row.for_demand_id and row.for_demand:
        return str(row.for_demand), reverse("planning:demand", args=[row.for_demand_id])
    above = getattr(row, "for_proposal", None)
    return (str(above), reverse("planning:proposal", args=[above.pk])) if above else ("", "")


def address(supply: ProductionOrder | ReplenishmentOrder) -> str:
    """The page of an order or a purchase."""
    if isinstance(supply, ReplenishmentOrder):
        return reverse("planning:replenishment", args=[supply.number])
    return str(supply.get_absolute_url())


def days(count: int) -> str:
    return ngettext("{count} day", "{count} days", count).format(count=number_format(count))


def sentence(message: Message) -> str:
    """A plan's message as a planner reads it: what, how much, and what can be done."""
    facts = message.facts
    if message.code in ("overflow", "overflow_kept"):
        return _("{proposal}, operation {number}: {words}").format(
            proposal=message.proposal or "–", number=facts.get("number", "–"), words=overflow(facts)
        )
    if message.code == "overflow_gap":
        item, day = message.item.number if message.item else "–", date.fromisoformat(facts["day"])
        return str(Gap(facts["want"], facts["vendor"], item, facts["number"], day))
    said = _SENTENCES.get(message.code)
    if said is None:
        return title(message.code)
    return str(said).format(
        item=message.item.number if message.item else "–",
        demand=message.demand or facts.get("subject", "–"),
        proposal=message.proposal or "–",
        supply=facts.get("supply", "–"),
        quantity=_quantity(facts.get("quantity")),
        unit=message.item.unit.code if message.item else "",
        days=days(int(facts.get("days", 0))),
        day=_day(facts.get("day")),
        wanted=_wanted(message),
        circle=" → ".join(facts.get("names") or facts.get("path", ())),
        component=facts.get("component", "–"),
        source=facts.get("source", "–"),
        target=facts.get("target", "–"),
    )


_SENTENCES = {
    "advance": gettext_lazy(
        "Bring {supply} of {item} forward by {days} to {day}: {quantity} {unit} are needed earlier."
    ),
    "postpone": gettext_lazy("{supply} of {item} can come {days} later, on {day}: nothing needs it before."),
    "cancel": gettext_lazy("{quantity} {unit} of {supply} for {item} serve no need: reduce or cancel it."),
    "demand_overdue": gettext_lazy("{demand} for {quantity} {unit} of {item} was needed {days} ago."),
    "start_overdue": gettext_lazy(
        "{proposal} for {quantity} {unit} of {item} should have started {days} ago; it starts at once."
    ),
    "late": gettext_lazy("{demand} for {quantity} {unit} of {item} can be met on {day}, {days} late."),
    "short": gettext_lazy("{quantity} {unit} of {item} for {wanted} have no supply: its policy is manual."),
    "lot_conflict": gettext_lazy(
        "The lot sizes of {item} contradict each other; its maximum was left out. Correct its order settings."
    ),
    "loop": gettext_lazy("The BOM goes in a circle: {circle}. Its last line was left out; correct the BOM."),
    "no_bom": gettext_lazy("{item} is made but has no BOM: nothing was planned below it. Add one."),
    "no_source": gettext_lazy("{item} is needed but neither made nor bought: choose how it is supplied."),
    "stopped": gettext_lazy("{item} is needed, but its order settings say that no new orders are planned."),
    "no_conversion": gettext_lazy(
        "A line of {item} has no conversion from {source} to {target} and was left out: enter the conversion."
    ),
    "no_phantom_bom": gettext_lazy(
        "From {day} on, orders of {item} take the phantom {component}, which has no active BOM then: nothing was "
        "planned for it, and they cannot be firmed. Activate one, or change the line."
    ),
    "too_many_ways": gettext_lazy(
        "The phantoms in the BOM of {item} take each other in too many ways: what does not grow evenly "
        "was left out. Let some of these phantoms be items with orders of their own."
    ),
    "unknown_item": gettext_lazy("{item} is wanted but is no longer in use."),
    "unknown_component": gettext_lazy("The BOM of {item} names a component that is no longer in use."),
}


OVERFLOWS = {
    "load": gettext_lazy("{group} is loaded to {load} % in week {week}, the policy says {limit} %"),
    "downtime": gettext_lazy("{group} does not work on {day}, when it would run"),
    "late": gettext_lazy(
        "{group} is loaded to {load} % in week {week}, the policy says {limit} %, and the order would be late"
    ),
}
KEPT = {
    "vendor": gettext_lazy("{vendor} is not in use any more"),
    "no_price": gettext_lazy("{vendor} has no price for it on {on}"),
    "no_conversion": gettext_lazy("the unit of the price of {vendor} has no conversion"),
    "minimum": gettext_lazy("{vendor} takes no fewer than {quantity}"),
    "maximum": gettext_lazy("{vendor} takes no more than {quantity}"),
    "no_days": gettext_lazy("neither the policy nor the price of {vendor} says how many days it takes"),
    "no_help": gettext_lazy("at {vendor}, {away} away, it would bring its order home no earlier"),
    "hand": gettext_lazy("it was brought back by hand"),
}


def overflow(facts: dict[str, Any]) -> str:
    """Why an operation goes to a vendor for want of capacity, or stays inside all the same; "" of none."""
    if not facts:
        return ""
    if "cause" not in facts:
        return _("stays inside: {why}.").format(why=KEPT[facts["kept"]])
    week = date.fromisoformat(facts["week"]).isocalendar()
    said = str(OVERFLOWS[facts["cause"]]).format(
        group=facts["group"],
        load=number_format(facts["load"], force_grouping=True),
        limit=facts["limit"],
        week=f"{week.week}/{week.year}",
        day=_day(facts["start"]),
    )
    if "kept" not in facts:
        return _("outside at {vendor}: {why}.").format(vendor=facts["vendor"], why=said)
    but = str(KEPT[facts["kept"]]).format(
        vendor=facts["vendor"],
        on=_day(facts.get("day")),
        quantity=_quantity(facts.get("quantity")),
        away=days(int(facts.get("days", 0))),
    )
    return _("stays inside although {why}: {but}.").format(why=said, but=but)


def of_operation(facts: dict[str, Any]) -> str:
    """The same, of the operation whose number it names."""
    return _("Operation {number} {words}").format(number=facts["number"], words=overflow(facts))


def _wanted(message: Message) -> str:
    return str(message.demand or message.proposal or _("an open order"))


def _quantity(text: Any) -> str:
    if not text:
        return "0"
    value = Decimal(str(text)).normalize()
    return number_format(value if value != value.to_integral_value() else int(value), force_grouping=True)


def _day(text: Any) -> str:
    return date_format(date.fromisoformat(str(text)), "j N Y") if text else "–"


WAITS = {
    "resource": gettext_lazy("{subject} was busy with other orders for {time}"),
    "closed": gettext_lazy("{subject} did not work for {time}"),
    "material": gettext_lazy("waited {time} for the orders that feed it"),
    "release": gettext_lazy("may not start earlier: {time}"),
    "transit": gettext_lazy("on the way between operations for {time}"),
}


def wait(said: dict[str, Any]) -> str:
    """One reason for lateness in words."""
    time = formats.duration(int(said["seconds"]))
    form = WAITS.get(str(said["kind"]))
    return str(form).format(subject=said.get("subject") or _("Its work centre"), time=time) if form else time


def gap(said: dict[str, Any]) -> str:
    """Why a link without a gap is not kept by a schedule."""
    return _(
        "{operation} {name} begins {time} of working time after it could: {before} {before_name} cannot be put off"
        " until then."
    ).format(**{**said, "time": formats.duration(int(said["seconds"]))})


def file_name(number: str) -> str:
    """A document's number as the name of its PDF."""
    return "".join(each if each.isalnum() or each in "-_" else "_" for each in number) + ".pdf"


def back_again(item: Any, quantity: Decimal) -> str:
    """What was taken back, in the item's unit."""
    words = _("Taken back: {quantity} {unit} of {item}.")
    return words.format(quantity=formats.number(quantity), unit=item.unit.code, item=item.number)
