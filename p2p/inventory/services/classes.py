"""Count classes of items follow from what a year used of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.facts import Classified
from p2p.inventory.models import StockRule
from p2p.inventory.selectors.classes import Classed, classes
from strategies.models import Site

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def classify(*, site: Site, day: date | None = None, by: User | None) -> list[Classed]:
    """Write the class that follows into the rule of each item at the site whose class changes; the others keep
    theirs. Answers what changed. Refused while no class says up to which share of value it goes."""
    found = classes(site, day or clock.today(site.time_zone))
    if not found:
        raise Refused(
            _("No count class says up to which share of the yearly use it goes, or nothing lies at {site}."),
            code="no_classes",
            field="site",
            site=site.code,
        )
    changed = [one for one in found if one.changes]
    rules = StockRule.objects.select_for_update().filter(site=site, item__in=[one.item.pk for one in changed])
    known = {rule.item_id: rule for rule in rules.order_by("pk")}
    for one in changed:
        rule = known.setdefault(one.item.pk, StockRule(site=site, item=one.item))
        rule.count_class = one.proposed
    StockRule.objects.bulk_create([rule for rule in known.values() if rule.pk is None])
    StockRule.objects.bulk_update(
        [rule for rule in known.values() if rule.pk is not None], ["count_class"], batch_size=2000
    )
    tell(Classified(site=site, items=len(changed), by=by))
    return changed
