"""Public holidays of a country and its regions, by the `holidays` library; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES

_SMALL = {"and", "of", "the"}


class UnknownCountry(LookupError):
    """The library knows no holidays for it; the argument is the code."""


class UnknownRegion(LookupError):
    """The country has no such region; the argument is the code."""


def countries() -> Mapping[str, list[str]]:
    """ISO 3166 code of each country -> the codes of its regions."""
    known: Mapping[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return known


@cache
def country_names() -> Mapping[str, str]:
    """ISO 3166 code of each country -> what the library calls it, in the order of the names."""
    known = countries()
    named = {codes[1]: _words(key) for key, codes in COUNTRIES.items() if codes[1] in known}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def _words(key: str) -> str:
    return " ".join(part if part in _SMALL else part.capitalize() for part in key.split("_"))


@cache
def region_names(country: str) -> Mapping[str, str]:
    """Code of each region of a country -> its name, in the order of the names; a code without one names itself."""
    aliases: Mapping[str, str] = getattr(getattr(holidays, country, None), "subdivisions_aliases", {})
    names: dict[str, str] = {}
    for name, code in aliases.items():
        names.setdefault(code, name)
    found = {code: names.get(code, code) for code in countries().get(country, ())}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def place_name(country: str, region: str = "") -> str:
    """“Germany, Bayern”; codes that nobody knows stand as they are, "" where no country is given."""
    parts = [country_names().get(country, country), region_names(country).get(region, region)]
    return ", ".join(part for part in parts if part)


def region_code(country: str, typed: str) -> str:
    """The region as the library writes it, whatever the case it was typed in."""
    wanted = typed.casefold()
    return next((code for code in countries().get(country, ()) if code.casefold() == wanted), typed)


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
