"""A bill that goes live finds the bills of its phantoms, and none of these goes while a live bill needs it: nobody
stocks a phantom, so no order could take it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import BigIntegerField, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, Item
from strategies.models.version import Version, VersionState

ALIVE = (VersionState.DRAFT, VersionState.IN_APPROVAL, VersionState.APPROVED, VersionState.ACTIVE)
DAY = timedelta(days=1)
NAMED = 3
"""Parents that a refusal names."""


class Gone(NamedTuple):
    """A bill that held from `first` to `last`, both inclusive, and holds less now."""

    item: int
    first: date
    last: date


class _Line(NamedTuple):
    """A line that takes a phantom, in a bill in force: `first` is today at the earliest."""

    component: int
    version: str
    site: int | None
    position: int
    first: date
    last: date


def phantoms_have_bills(bills: Collection[int]) -> None:
    """Refused, naming the first line: a phantom of which no bill is in force on the first day that the line counts
    (today at the earliest), for the site of the bill, and whose line names none either. Up to three queries.

    Call it after the bills are active, so that a phantom's bill may go live together with the one that takes it.
    """
    taken = BomLine.objects.filter(bom__in=bills, kind=BomLine.Kind.PHANTOM).order_by()
    _lock(set(taken.values_list("component", flat=True)))
    line = without_bill(bills, [VersionState.ACTIVE]).first()
    if line is not None:
        raise no_active_bill(line)


def no_active_bill(line: BomLine) -> Refused:
    """The sentence for a line of `without_bill`."""
    return Refused(
        _(
            "{version}, line {position}: the phantom {item} has no active bill on {day}: activate one with it."
        ),
        code="phantom_without_bill",
        about=line.bom,
        version=line.bom,
        position=line.position,
        item=line.component.number,
        day=getattr(line, "first_day", ""),
    )


def phantoms_will_have_bills(bill: BomVersion) -> None:
    """Refused, naming the first line: a phantom of which there is no bill at all that could be in force then, not even
    a draft. One query."""
    line = without_bill([bill.pk], ALIVE).first()
    if line is None:
        return
    raise Refused(
        _("{version}, line {position}: there is no bill of the phantom {item} for {day}: make one first."),
        code="phantom_without_bill",
        about=bill,
        version=bill,
        position=line.position,
        item=line.component.number,
        day=getattr(line, "first_day", ""),
    )


def without_bill(bills: Collection[int], states: Sequence[str]) -> QuerySet[BomLine]:
    """Lines of these bills that take a phantom of which no bill in one of the states holds on the line's `first_day`,
    and name none."""
    today = clock.today()
    lines = BomLine.objects.filter(bom__in=bills, kind=BomLine.Kind.PHANTOM, component_bom=None)
    begun = lines.annotate(
        first_day=Greatest(
            Coalesce("valid_from", today, output_field=DateField()),
            Coalesce("bom__valid_from", today, output_field=DateField()),
            today,
            output_field=DateField(),
        )
    )
    counted = begun.filter(Q(valid_to=None) | Q(valid_to__gte=F("first_day")))
    missing = counted.filter(~Exists(_holding(states)))
    return missing.select_related("bom__item", "component").order_by("bom", "position")


def _holding(states: Sequence[str]) -> QuerySet[BomVersion]:
    """Bills of the phantom of the outer line that orders of its bill may find on its first day; a bill for all
    sites is content with one of any site."""
    return BomVersion.objects.alias(
        above=ExpressionWrapper(OuterRef("bom__site"), output_field=BigIntegerField())
    ).filter(
        Q(site=None) | Q(above__isnull=True) | Q(site=F("above")),
        Q(valid_from=None) | Q(valid_from__lte=OuterRef("first_day")),
        Q(valid_to=None) | Q(valid_to__gte=OuterRef("first_day")),
        item=OuterRef("component"),
        state__in=states,
    )


def held(version: Version) -> Gone | None:
    """The days on which a bill holds, read anew; None for one that is not active, and for a route."""
    bill = BomVersion.objects.filter(pk=version.pk).first() if isinstance(version, BomVersion) else None
    if bill is None or bill.state != VersionState.ACTIVE:
        return None
    return Gone(bill.item_id, bill.valid_from or date.min, bill.valid_to or date.max)


def no_parent_loses_its_phantom(gone: Iterable[Gone | None]) -> None:
    """Refused, naming the bills in force that take the phantom of a bill that is gone on a day (from today on) on
    which no other bill of it holds any more. Up to three queries, whatever the number of bills.

    Call it after the bills are gone, and what comes in their place is active.
    """
    given_up: dict[int, list[Gone]] = defaultdict(list)
    for one in gone:
        if one is not None:
            given_up[one.item].append(one)
    _lock(given_up)
    lines = list(_taking(given_up)) if given_up else []
    if not lines:
        return
    left = _windows(given_up)
    empty: dict[_Line, date] = {}
    for line in lines:
        days = (day for one in given_up[line.component] if (day := _bare(line, one, left)))
        day = min(days, default=None)
        if day is not None:
            empty[line] = day
    if empty:
        raise _refused(empty)


def _lock(phantoms: Collection[int]) -> None:
    """Of two people, one who activates a bill and one who retires what it takes, the second looks after the first."""
    if phantoms:
        rows = Item.objects.filter(pk__in=phantoms).order_by("pk").select_for_update(no_key=True)
        list(rows.values_list("pk"))


def _refused(empty: dict[_Line, date]) -> Refused:
    line, day = next(iter(empty.items()))
    spoken = [f"{one.version} ({one.position})" for one in list(empty)[:NAMED]]
    parents = ", ".join(spoken) + (f" + {len(empty) - NAMED}" if len(empty) > NAMED else "")
    return Refused(
        _(
            "The phantom {item} would have no active bill on {day}, and bills in force take it: {parents}. "
            "Activate another bill of it first, or end those."
        ),
        code="phantom_in_use",
        item=_number(line.component),
        day=day,
        parents=parents,
    )


def naming(version: Version) -> QuerySet[BomLine]:
    """Lines that want this version of their component and no other."""
    name = "component_bom" if isinstance(version, BomVersion) else "component_route"
    return BomLine.objects.filter(**{name: version.pk})


def naming_in_force(version: Version) -> BomLine | None:
    """The first line that names it in an active bill, now or later. One query."""
    lines = naming(version).filter(not_over(), bom__state=VersionState.ACTIVE)
    return lines.select_related("bom__item", "component").order_by("bom__item__number", "pk").first()


def _number(item: int) -> str:
    return BomVersion.objects.filter(item=item).values_list("item__number", flat=True)[0]


def _taking(items: Collection[int]) -> Iterator[_Line]:
    """Lines in force or to be that take these as phantoms and name no version. One query."""
    today = clock.today()
    rows = BomLine.objects.filter(
        not_over(),
        component__in=items,
        kind=BomLine.Kind.PHANTOM,
        component_bom=None,
        bom__state=VersionState.ACTIVE,
    )
    for row in rows.select_related("bom__item", "bom__site").order_by("bom__item__number", "bom", "position"):
        bom = row.bom
        first = max(today, row.valid_from or today, bom.valid_from or today)
        last = min(row.valid_to or date.max, bom.valid_to or date.max)
        if first <= last:
            yield _Line(row.component_id, str(bom), bom.site_id, row.position, first, last)


def not_over() -> Q:
    """Lines that hold today or later, of bills that do."""
    today = clock.today()
    return (Q(valid_to=None) | Q(valid_to__gte=today)) & (Q(bom__valid_to=None) | Q(bom__valid_to__gte=today))


Windows = dict[int, list[tuple[int | None, date, date]]]
"""Item -> (site, first day, last day) of each of its active bills, by first day."""


def _windows(items: Collection[int]) -> Windows:
    found: Windows = defaultdict(list)
    rows = BomVersion.objects.filter(item__in=items, state=VersionState.ACTIVE).order_by("pk")
    for item, site, first, last in rows.values_list("item_id", "site_id", "valid_from", "valid_to"):
        found[item].append((site, first or date.min, last or date.max))
    for each in found.values():
        each.sort(key=lambda one: one[1])
    return found


def _bare(line: _Line, gone: Gone, left: Windows) -> date | None:
    """The first day of both on which no bill that the line finds is left."""
    day, last = max(line.first, gone.first), min(line.last, gone.last)
    for site, begins, ends in left.get(line.component, ()):
        if line.site is not None and site not in (None, line.site):
            continue
        if begins <= day <= ends:
            if ends >= last:
                return None
            day = ends + DAY
    return day if day <= last else None
