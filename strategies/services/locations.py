"""Places of a site: stores and their shelves, line sides, receiving, shipping, and the far sides of moves."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import Location, Site, Vendor
from strategies.services.keeping import keep, opened, take_away

DEEPEST = 20


@transaction.atomic
def save_location(
    *,
    location: Location | None = None,
    site: Site,
    code: str,
    name: str,
    kind: str = Location.Kind.STORE,
    parent: Location | None = None,
    vendor: Vendor | None = None,
    nettable: bool = True,
    walk_order: int = 0,
    active: bool = True,
    by: User,
) -> Location:
    """A place, new or changed. `walk_order` is its turn on the way through the store, 0 or more.
    What is in transit never counts in planning: its order does.

    Refused: another site or the other side of stock for a place that is there (its stock would be elsewhere), a place
    at a vendor without the vendor, a place within itself or within one of another site.
    """
    row = opened(Location, location)
    if row.pk is not None:
        _check_stays(row, site, kind)
    if kind == Location.Kind.VENDOR and vendor is None:
        raise Refused(_("A place at a vendor names the vendor."), field="vendor")
    if walk_order < 0:
        raise Refused(_("The turn on the way is 0 or more."), field="walk_order")
    _check_parent(row, parent, site)
    columns = {
        "site": site,
        "code": code.strip(),
        "name": name,
        "kind": kind,
        "parent": parent,
        "vendor": vendor,
        "nettable": nettable and kind != Location.Kind.TRANSIT,
        "walk_order": walk_order,
        "active": active,
    }
    return keep(row, columns, by)


def _check_stays(row: Location, site: Site, kind: str) -> None:
    if row.site_id != site.pk:
        raise Refused(_("{place} stays at its site: make a new place."), field="site", place=row.code)
    if (kind in Location.OUTSIDE) != (row.kind in Location.OUTSIDE):
        raise Refused(
            _(
                "{place} is {kind}: a place inside of stock does not become one outside, nor the other way round."
            ),
            field="kind",
            place=row.code,
            kind=row.get_kind_display(),
        )


def _check_parent(row: Location, parent: Location | None, site: Site) -> None:
    above = parent
    for _step in range(DEEPEST):
        if above is None:
            return
        if above.site_id != site.pk:
            raise Refused(_("{place} is at another site."), field="parent", place=above.code)
        if above.pk == row.pk:
            break
        above = above.parent
    raise Refused(_("A place does not lie within itself."), field="parent")


@transaction.atomic
def delete_location(*, location: Location, by: User) -> None:
    """Refused while stock, orders or rules name it: then take it out of use instead."""
    take_away(location, by)
