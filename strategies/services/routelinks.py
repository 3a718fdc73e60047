"""The graph of a route: what waits for what, drawn, joined, cut, put beside or between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.routing import chain, loop
from strategies.models import RouteLink, RouteOperation, RouteVersion
from strategies.services.routedrafts import begin, finish

Link: TypeAlias = tuple[int, int] | tuple[int, int, bool]
"""(before, after) by number; a third value says that no gap may be between them."""


def drawn(route: RouteVersion) -> list[tuple[int, int, bool]]:
    """The links of a route as they are. One query."""
    return sorted(route.links.values_list("before__number", "after__number", "hard"))


def redraw(route: RouteVersion, links: Sequence[Link]) -> None:
    """Put these links in place of those a route has. Refused for a link to nowhere, to an alternate, or round."""
    rows = {row.number: row for row in route.operations.order_by("pk")}
    wanted: dict[tuple[int, int], bool] = {}
    for before, after, *hard in links:
        for number in (before, after):
            _must_be_drawable(rows, number)
        wanted[before, after] = bool(hard and hard[0])
    path = loop(wanted)
    if path:
        raise Refused(
            _("An operation cannot wait for itself: {path}."),
            code="loop",
            field="links",
            path=" → ".join(map(str, path)),
        )
    route.links.all().delete()
    RouteLink.objects.bulk_create(
        RouteLink(route=route, before=rows[before], after=rows[after], hard=hard)
        for (before, after), hard in wanted.items()
    )


def _must_be_drawable(rows: dict[int, RouteOperation], number: int) -> None:
    row = rows.get(number)
    if row is None:
        raise Refused(_("There is no operation {number} to link."), field="links", number=number)
    if row.alternate_of_id is not None:
        raise Refused(
            _("Operation {number} stands in for another one and waits for the same: link that one."),
            code="alternate",
            field="links",
            number=number,
        )


@transaction.atomic
def set_links(
    *, route: RouteVersion, links: Sequence[Link], revision: int | None = None, by: User
) -> RouteVersion:
    """Redraw the graph of a draft. Refused for a link to nowhere or a circle."""
    draft = begin(route=route, revision=revision, by=by)
    redraw(draft, links)
    return finish(route=draft, by=by)


@transaction.atomic
def connect(
    *, route: RouteVersion, before: int, after: int, hard: bool = False, revision: int | None = None, by: User
) -> RouteVersion:
    """`after` waits for `before` from now on; of a link that is there, `hard` is set."""
    draft = begin(route=route, revision=revision, by=by)
    redraw(draft, [*drawn(draft), (before, after, hard)])
    return finish(route=draft, by=by)


@transaction.atomic
def disconnect(
    *, route: RouteVersion, before: int, after: int, revision: int | None = None, by: User
) -> RouteVersion:
    """`after` does not wait for `before` any more."""
    draft = begin(route=route, revision=revision, by=by)
    links = drawn(draft)
    kept = [link for link in links if link[:2] != (before, after)]
    if len(kept) == len(links):
        sentence = _("{after} does not wait for {before}: there is no link to take away.")
        raise Refused(sentence, field="links", before=before, after=after)
    redraw(draft, kept)
    return finish(route=draft, by=by)


@transaction.atomic
def put_beside(
    *, route: RouteVersion, number: int, beside: int, revision: int | None = None, by: User
) -> RouteVersion:
    """An operation goes on at the same time as another: it waits for the same and the same waits for it."""
    draft = begin(route=route, revision=revision, by=by)
    if number == beside:
        raise Refused(_("Operation {number} cannot stand beside itself."), field="links", number=number)
    links = without(drawn(draft), number)
    same = [(one, number, hard) for one, other, hard in links if other == beside]
    same += [(number, other, hard) for one, other, hard in links if one == beside]
    redraw(draft, [*links, *same])
    return finish(route=draft, by=by)


@transaction.atomic
def put_between(
    *,
    route: RouteVersion,
    number: int,
    before: int | None = None,
    after: int | None = None,
    revision: int | None = None,
    by: User,
) -> RouteVersion:
    """Move an operation onto the link between two others; with one of them only, to the end or the start."""
    draft = begin(route=route, revision=revision, by=by)
    if number in (before, after):
        raise Refused(_("Operation {number} cannot wait for itself."), field="links", number=number)
    links: list[Link] = [link for link in without(drawn(draft), number) if link[:2] != (before, after)]
    if before is not None:
        links.append((before, number))
    if after is not None:
        links.append((number, after))
    redraw(draft, links)
    return finish(route=draft, by=by)


def without(links: Iterable[tuple[int, int, bool]], gone: int) -> list[tuple[int, int, bool]]:
    """The links when an operation is taken out: those behind it wait for what it waited for, where they do not
    already by another way."""
    links = list(links)
    before = [one for one, other, _hard in links if other == gone]
    after = [other for one, other, _hard in links if one == gone]
    kept = {(one, other): hard for one, other, hard in links if gone not in (one, other)}
    bridges = [(one, other) for one in before for other in after if (one, other) not in kept]
    ways = {*kept, *bridges}
    for bridge in bridges:
        if _reaches(ways - {bridge}, *bridge):
            ways.discard(bridge)
    return [(one, other, kept.get((one, other), False)) for one, other in sorted(ways)]


def _reaches(links: Iterable[tuple[int, int]], start: int, goal: int) -> bool:
    below: dict[int, list[int]] = defaultdict(list)
    for one, other in links:
        below[one].append(other)
    waiting, seen = [start], {start}
    while waiting:
        for following in below[waiting.pop()]:
            if following == goal:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False


def with_new(
    route: RouteVersion, number: int, follows: Sequence[int] | None, own: Iterable[int]
) -> list[Link]:
    """The links when an operation is added or changed: it waits for `follows`; without them a plain chain stays a
    chain by number, and another graph stays as it was drawn. `own` are the operations without alternates."""
    links = drawn(route)
    if follows is not None:
        hard = {one: hard for one, other, hard in links if other == number}
        kept: list[Link] = [link for link in links if link[1] != number]
        return [*kept, *((one, number, hard.get(one, False)) for one in follows)]
    known = sorted(own)
    before = chain(one for one in known if one != number)
    if [link[:2] for link in links] in (before, chain(known)):
        hard_ones = {link[:2] for link in links if link[2]}
        return [(one, other, (one, other) in hard_ones) for one, other in chain(known)]
    return list(links)
