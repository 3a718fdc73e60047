"""Which operations of an order come directly before which: the one rule that reads and services share."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from planning.models import Operation, OperationLink

CANCELLED = Operation.State.CANCELLED


def directly_before() -> QuerySet[Operation]:
    """The operations directly before the operation of the query around; cancelled ones do not count.

    Links say it. In an order without any link each operation follows the next lower number. A route with several
    ends is finished by the end with the highest number, which waits for the others.
    """
    here = Operation.objects.exclude(state=CANCELLED).order_by().filter(order=OuterRef("order"))
    links = OperationLink.objects.order_by()
    linked = Exists(links.filter(after__order=OuterRef("order")))
    direct = Exists(links.filter(before=OuterRef("pk"), after=OuterRef(OuterRef("pk"))))
    lower = here.filter(number__lt=OuterRef(OuterRef("number"))).order_by("-number")
    end = ~Exists(links.filter(before=OuterRef("pk")).exclude(after__state=CANCELLED))
    last = here.filter(end).order_by("-number")
    by_number = Q(~linked, number=Subquery(lower.values("number")[:1]))
    other_end = Q(linked, end, number__lt=OuterRef("number")) & Q(
        Exists(Operation.objects.filter(pk=OuterRef(OuterRef("pk")), pk__in=Subquery(last.values("pk")[:1])))
    )
    return here.filter(direct | by_number | other_end)
