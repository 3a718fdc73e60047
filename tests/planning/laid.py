"""Work for the tests of schedules, and the day on which these begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from planning.models import ProductionOrder
from strategies.models import ResourceGroup, Site
from tests.factories import make_item, make_order

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def work(site: Site, group: ResourceGroup, hours: float, property: str = "", **also: Any) -> ProductionOrder:
    """An order of one operation of so many hours at a work centre, perhaps only in shifts of a property."""
    step = {"group": group, "run_seconds": hours * 3600, "property": property}
    return make_order(make_item(), site=site, operations=[step], **also)
