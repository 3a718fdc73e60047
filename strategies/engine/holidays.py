"""Public holidays of a country and its regions, by the `holidays` library; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import holidays


class UnknownCountry(LookupError):
    """The library knows no holidays for it; the argument is the code."""


class UnknownRegion(LookupError):
    """The country has no such region; the argument is the code."""


def countries() -> Mapping[str, list[str]]:
    """ISO 3166 code of each country -> the codes of its regions."""
    known: Mapping[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return known


def check_country(country: str, region: str = "") -> None:
    """Raises UnknownCountry or UnknownRegion."""
    known = countries()
    if country not in known:
        raise UnknownCountry(country)
    if region and region not in known[country]:
        raise UnknownRegion(region)


def public_holidays(country: str, region: str, years: Iterable[int]) -> dict[date, str]:
    """Day -> name of every public holiday in these years, in order; names in English where the library has
    them. Raises UnknownCountry or UnknownRegion."""
    check_country(country, region)
    wanted = sorted(set(years))
    languages = getattr(holidays.country_holidays(country), "supported_languages", ()) or ()
    language = "en_US" if "en_US" in languages else None
    found = holidays.country_holidays(country, subdiv=region or None, years=wanted, language=language)
    # Some countries list a day of the year before or after that is observed in it: kept to the years asked for.
    return {day: str(name) for day, name in sorted(found.items()) if day.year in wanted}
