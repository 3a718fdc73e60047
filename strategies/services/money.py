"""Currencies, and what one costs in another from a day on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import Currency, ExchangeRate
from strategies.services.keeping import keep, opened, take_away

MOST_DIGITS = 4


@transaction.atomic
def save_currency(
    *, currency: Currency | None = None, code: str, name: str, minor_digits: int = 2, by: User
) -> Currency:
    """A currency by its three letters (ISO 4217), new or changed; `minor_digits` 0 to 4 stand in postings.

    Refused: a code that is not three letters, and another code or other digits of one that is there: amounts are
    kept in it.
    """
    row = opened(Currency, currency)
    code = code.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise Refused(_("“{given}” is not a currency's three letters such as EUR."), field="code", given=code)
    if not 0 <= minor_digits <= MOST_DIGITS:
        raise Refused(
            _("A currency has 0 to {most} digits after the point."), field="minor_digits", most=MOST_DIGITS
        )
    if row.pk is not None and (row.code, row.minor_digits) != (code, minor_digits):
        field = "code" if row.code != code else "minor_digits"
        raise Refused(
            _("{currency} keeps its code and its digits: amounts are booked in it."),
            field=field,
            currency=row,
        )
    return keep(row, {"code": code, "name": name, "minor_digits": minor_digits}, by)


@transaction.atomic
def delete_currency(*, currency: Currency, by: User) -> None:
    """Refused while a site, a price or a rate is in it."""
    take_away(currency, by)


@transaction.atomic
def save_exchange_rate(
    *,
    exchangerate: ExchangeRate | None = None,
    source: Currency,
    target: Currency,
    valid_from: date,
    rate: Decimal,
    by: User,
) -> ExchangeRate:
    """One `source` costs `rate` `target` from `valid_from` on, until the next rate. What was booked stays as it is.

    Refused: a rate of 0 or less, a currency into itself, a second rate of the same day.
    """
    row = opened(ExchangeRate, exchangerate)
    if source.pk == target.pk:
        raise Refused(_("A rate leads from one currency to another."), code="same", field="target")
    if rate <= 0:
        raise Refused(_("A rate is more than 0."), code="rate", field="rate")
    again = ExchangeRate.objects.filter(source=source, target=target, valid_from=valid_from)
    if again.exclude(pk=row.pk).exists():
        raise Refused(
            _("There is a rate of {source} in {target} from {day} on already."),
            code="exists",
            field="valid_from",
            source=source.code,
            target=target.code,
            day=valid_from,
        )
    return keep(row, {"source": source, "target": target, "valid_from": valid_from, "rate": rate}, by)


@transaction.atomic
def delete_exchange_rate(*, exchangerate: ExchangeRate, by: User) -> None:
    """Take a rate away: the one before holds again."""
    take_away(exchangerate, by)
