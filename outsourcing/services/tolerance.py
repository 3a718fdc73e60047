"""How far invoices of a site may stray before they are blocked."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outsourcing.facts import ToleranceSet
from outsourcing.models import MatchTolerance
from p2p.core.facts import Refused, tell
from p2p.core.models import User
from strategies.models import Site


@transaction.atomic
def set_tolerance(
    *, site: Site, price_fraction: Decimal = Decimal(0), quantity_fraction: Decimal = Decimal(0), by: User
) -> MatchTolerance:
    """Set what a site tolerates, as shares: 0.02 is two per cent. Raises Refused outside 0 to 1."""
    for field, share in (("price_fraction", price_fraction), ("quantity_fraction", quantity_fraction)):
        if not 0 <= share < 1:
            raise Refused(_("A tolerance is a share from 0 up to 1: 0.02 is two per cent."), field=field)
    row, _new = MatchTolerance.objects.update_or_create(
        site=site, defaults={"price_fraction": price_fraction, "quantity_fraction": quantity_fraction}
    )
    tell(ToleranceSet(tolerance=row, by=by))
    return row
