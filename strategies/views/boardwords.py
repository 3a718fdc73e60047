"""The words that the scripts of the boards say, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def calendar_words() -> dict[str, str]:
    return {
        "shift": _("Shift"),
        "saved": _("Saved."),
        "undone": _("Taken back."),
        "redone": _("Done again."),
        "nothing": _("Nothing to take back."),
        "new": _("New shift"),
        "name": _("Name"),
        "from": _("From"),
        "to": _("To"),
        "efficiency": _("Efficiency"),
        "property": _("Property"),
        "day": _("Day"),
        "validFrom": _("Holds from"),
        "validTo": _("Holds until"),
        "save": _("Save"),
        "delete": _("Delete"),
        "cancel": _("Cancel"),
        "copyToWeekdays": _("To all weekdays"),
        "closed": _("Closed"),
        "open": _("Open"),
        "asWeek": _("As the week"),
        "otherHours": _("Other hours"),
        "overtime": _("Overtime"),
        "reason": _("Reason"),
        "days": _("{count} days"),
        "oneDay": _("1 day"),
        "inherited": _("from the calendar it is based on"),
        "holiday": _("public holiday"),
        "failed": _("The server cannot be reached. Nothing was changed; try again."),
        "reload": _("Show the new state"),
        "hours": _("{hours} h a week"),
        "lastShift": _("A calendar needs at least one shift."),
        "week": "|".join((_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))),
    }


def board_words() -> dict[str, str]:
    return {
        "lend": _("{resource} works in {group}"),
        "from": _("From"),
        "to": _("To"),
        "save": _("Save"),
        "cancel": _("Cancel"),
        "saved": _("{resource} works in {group}."),
        "undone": _("Taken back."),
        "nothing": _("Nothing to take back."),
        "failed": _("The server cannot be reached. Nothing was changed; try again."),
        "picked": _("{resource} picked up: go to a work centre with the arrow keys, Enter puts it there."),
        "dropped": _("Put back."),
    }


def matrix_words() -> dict[str, str]:
    return {
        "saved": _("Saved: {count}."),
        "undone": _("Taken back."),
        "nothing": _("Nothing to take back."),
        "wrong": _("“{text}” is no time: write minutes, or as 1:30 h:mm, 90 s, 2 h."),
        "failed": _("The server cannot be reached. Nothing was changed; try again."),
        "outside": _("What was pasted is larger than the matrix: {count} cells were left out."),
        "any": _("any"),
    }
