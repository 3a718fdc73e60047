"""Sites: where production happens, in which time and money, and the rules that hold there."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import ask
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import SiteRecosting
from strategies.models import Calendar, Currency, ReserveAt, Site
from strategies.services.keeping import keep, must_work, opened

ZERO = Decimal(0)


@transaction.atomic
def save_site(
    *,
    site: Site | None = None,
    code: str,
    name: str,
    time_zone: str = "UTC",
    currency: Currency,
    calendar: Calendar | None = None,
    scrap_rule: str = Site.ScrapRule.DIVISOR,
    reserve_at: str = ReserveAt.RELEASE,
    over_report_fraction: Decimal = ZERO,
    may_go_negative: bool = False,
    approval_by_another: bool = False,
    active: bool = True,
    by: User,
) -> Site:
    """A site, new or changed. `over_report_fraction` is a share of the order, 0 or more (0.05 = 5 %).

    Refused: an unknown time zone, a calendar without working time, a share below 0, another code of a site
    that is there (roles are held at it), and another currency of one that has costs.
    """
    row = opened(Site, site)
    code = code.strip()
    if row.pk is not None:
        _check_stays(row, code, currency, by)
    if time_zone not in available_timezones():
        raise Refused(
            _("“{zone}” is not a time zone such as Europe/Berlin."), field="time_zone", zone=time_zone
        )
    if over_report_fraction < 0:
        raise Refused(
            _("How far above the order a report may go is a share of 0 or more."),
            field="over_report_fraction",
        )
    must_work(calendar)
    columns = {
        "code": code,
        "name": name,
        "time_zone": time_zone,
        "currency": currency,
        "calendar": calendar,
        "scrap_rule": scrap_rule,
        "reserve_at": reserve_at,
        "over_report_fraction": over_report_fraction,
        "may_go_negative": may_go_negative,
        "approval_by_another": approval_by_another,
        "active": active,
    }
    return keep(row, columns, by)


def _check_stays(row: Site, code: str, currency: Currency, by: User) -> None:
    if row.code != code:
        raise Refused(_("Site {site} keeps its code: people hold their roles at it."), field="code", site=row)
    if row.currency_id != currency.pk:
        ask(SiteRecosting(sites=(row,), by=by))
