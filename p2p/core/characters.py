"""Characters that no text may have, and how a sentence repeats what somebody sent."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, but for ends of lines and what separates the fields of a scanned code; halves of a character."""

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What cannot be read in a sentence, or turns around how the rest of it is read."""

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML can hold, nor a workbook, which is XML."""

_RUN = re.compile(r"\S{121,}")
_TOO_LONG = re.compile(r"character varying\((\d+)\)")
_SHOWN = 60
_ENDS = '.:”"'


def unfit(text: str) -> str:
    """The first character that cannot be stored, shown or exported, as `U+0007`; "" where all can."""
    found = _UNFIT.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def repeated(text: str) -> str:
    """A sentence that repeats what somebody sent: ten thousand characters without a blank are cut, and what cannot
    be read is one sign each."""
    return _RUN.sub(_cut, seen(text))


def _cut(run: re.Match[str]) -> str:
    end = run[0][-1]
    return f"{run[0][:_SHOWN]}…{end if end in _ENDS else ''}"


def too_much(error: Exception) -> str:
    """What to say when the database could not hold a text or a number that no check had stopped before."""
    longest = _TOO_LONG.search(str(error))
    if longest:
        return _("A text is longer than the {most} characters that fit: nothing is saved.").format(
            most=longest[1]
        )
    return _("A number or a day is beyond what can be kept: nothing is saved.")


def writable(text: str) -> str:
    """The text as a workbook can hold it."""
    return _NO_XML.sub("\ufffd", text)


def seen(text: str) -> str:
    """The text with a sign for every character that cannot be read."""
    return _UNSEEN.sub("\ufffd", text)
