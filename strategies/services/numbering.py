"""Running numbers for documents: two people asking at once never get the same one."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.models import Site

WIDTH = 6

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
