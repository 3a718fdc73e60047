"""Keys that people choose, as parts of addresses: "MO/2026/0017" is one part there, not three."""

from __future__ import annotations

from django.urls import register_converter

_SIGNS = (("~", "~7E"), ("/", "~2F"))


def part(key: str) -> str:
    """The key as one part of an address."""
    for sign, written in _SIGNS:
        key = key.replace(sign, written)
    return key


def key_of(said: str) -> str:
    """The key that a part of an address says."""
    for sign, written in reversed(_SIGNS):
        said = said.replace(written, sign)
    return said


class Key:
    """`<key:number>` in a pattern."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return key_of(value)

    def to_url(self, value: object) -> str:
        return part(str(value))


def register() -> None:
    register_converter(Key, "key")
