"""Characters that no text may have, and how a sentence repeats what somebody sent."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, but for ends of lines and what separates the fields of a scanned code; halves of a character."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""What cannot be read in a sentence, or turns around how the rest of it is read."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u070f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What nobody sees, and every blank but the one of the keyboard: Unicode's `Default_Ignorable_Code_Point`, control and
format characters without a shape, separators. Two codes that differ by one of them look the same."""

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML can hold, nor a workbook, which is XML."""

_RUN = re.compile(r"\S{121,}")
_TOO_LONG = re.compile(r"character varying\((\d+)\)")
_SHOWN = 60
_ENDS = '.:”"'
_BEYOND = ("22001", "22003", "22007", "22008", "22021", "22P05")
"""States of SQL: a text too long, a number or a day out of range, a character that cannot be kept."""


def unfit(text: str) -> str:
    """The first character that cannot be stored, shown or exported, as `U+0007`; "" where all can."""
    found = _UNFIT.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def unstorable(sign: str) -> str:
    """What to say of a text with the character that `unfit` found."""
    return _("The text has the character {sign}, which no text may have.").format(sign=sign)


def composed(text: str) -> str:
    """The text with every letter in its one usual form (Unicode's NFC): a Mac writes "é" as two characters, and who
    looks for one finds the other."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def called(text: str) -> str:
    """A code or a number of a record as it is kept and looked for: composed, and without blanks around it."""
    return composed(text).strip()


def hidden(text: str) -> str:
    """Why a text can be no code or number: two that differ by what nobody sees would look the same; "" where all is
    seen. A name may have such characters: Persian and Hindi join letters with them."""
    found = _HIDDEN.search(text)
    if found is None:
        return ""
    sign, before = f"U+{ord(found[0]):04X}", text[: found.start()]
    if not before:
        return _(
            "It begins with a character that cannot be seen ({sign}): no code or number may have one."
        ).format(sign=sign)
    return _(
        "It has a character that cannot be seen ({sign}) after “{before}”: no code or number may have one."
    ).format(sign=sign, before=before)


def repeated(text: str) -> str:
    """A sentence that repeats what somebody sent: ten thousand characters without a blank are cut, and what cannot
    be read is one sign each."""
    return _RUN.sub(_cut, seen(text))


def _cut(run: re.Match[str]) -> str:
    end = run[0][-1]
    return f"{run[0][:_SHOWN]}…{end if end in _ENDS else ''}"


def too_much(error: Exception) -> str:
    """What to say when the database could not hold a text or a number that no check had stopped before; "" where it
    stumbled over something else, such as a division by zero: that is a fault of ours."""
    if (getattr(error.__cause__, "pgcode", None) or _BEYOND[0]) not in _BEYOND:
        return ""
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
