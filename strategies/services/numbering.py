"""Running numbers for documents: two people asking at once never get the same one."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.characters import hidden
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import NumberSeries, Site
from strategies.services.keeping import keep, opened

WIDTH, WIDEST = 6, 12

# One statement makes the series on first use and takes from it: the row's lock makes others wait until this
# transaction ends, so call it as late as the work allows.
_TAKE = """
    INSERT INTO strategies_numberseries AS series (code, site_id, prefix, width, next_value)
         VALUES (%(code)s, %(site)s, %(prefix)s, %(width)s, 1 + %(count)s)
    ON CONFLICT (code, site_id) DO UPDATE SET next_value = series.next_value + %(count)s
      RETURNING prefix, width, next_value - %(count)s
"""


@transaction.atomic
def take_numbers(*, code: str, count: int, site: Site | None = None) -> list[str]:
    """The next `count` numbers of a series, in order: code="MO", count=2 -> MO-000001, MO-000002.

    A series that is not there yet is made with its code as prefix (and the site's code behind it). Numbers
    given out by a transaction that is rolled back are given out again; none is given out twice. Refused below
    zero.
    """
    if count < 0:
        raise Refused(_("Cannot take {count} numbers of {series}."), field="count", count=count, series=code)
    if not count:
        return []
    prefix = f"{code}-{site.code}-" if site else f"{code}-"
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "code": code,
                "site": site.pk if site else None,
                "prefix": prefix,
                "width": WIDTH,
                "count": count,
            },
        )
        kept_prefix, width, first = cursor.fetchone()
    return [f"{kept_prefix}{number:0{width}d}" for number in range(first, first + count)]


@transaction.atomic
def save_number_series(
    *,
    numberseries: NumberSeries | None = None,
    code: str,
    site: Site | None = None,
    prefix: str,
    width: int = WIDTH,
    next_value: int = 1,
    by: User,
) -> NumberSeries:
    """A series of running numbers, new or changed: `prefix` and `next_value` with at least `width` digits.

    Refused: a second series of the same document and site, another document or site of one that is there, and a
    next number that was given out already under this prefix, also when it had others since; a prefix with a character
    that nobody sees.
    """
    row = opened(NumberSeries, numberseries)
    _check_series(row, code, site, width, next_value)
    if why := hidden(prefix):
        raise Refused(why, code="hidden", field="prefix")
    used = row.used if row.pk is None else row.used | {row.prefix: row.next_value}
    least = used.get(prefix, 1)
    if next_value < least:
        raise Refused(
            _("{series} has given out numbers up to {last}: the next is {next} or above."),
            code="given_out",
            field="next_value",
            series=prefix,
            last=least - 1,
            next=least,
        )
    columns = {"code": code, "site": site, "prefix": prefix, "width": width, "next_value": next_value}
    return keep(row, columns, by)  # what the old prefix gave out is kept by the table itself


def _check_series(row: NumberSeries, code: str, site: Site | None, width: int, next_value: int) -> None:
    if row.pk is not None and (row.code, row.site_id) != (code, site and site.pk):
        raise Refused(_("A series stays with its document and site: make another one."), field="code")
    if row.pk is None and NumberSeries.objects.filter(code=code, site=site).exists():
        raise Refused(_("There is a series {series} already."), code="exists", field="code", series=code)
    if not 1 <= width <= WIDEST:
        raise Refused(_("A number has 1 to {most} digits."), field="width", most=WIDEST)
    if next_value < 1:
        raise Refused(_("The next number is 1 or above."), field="next_value")
