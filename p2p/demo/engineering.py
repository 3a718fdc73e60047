"""What AdventureWorks does not say and an engineer defines: skills, capabilities, change-overs, a library, alternates.

Made up for the demo, and small; nothing of it changes what is planned.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from p2p.core.models import User
from p2p.core.runs import cancel
from p2p.core.runs.model import Run
from p2p.demo.adventureworks import SITE
from p2p.demo.steps import STEPS, Say, Step
from p2p.demo.waiting import wait_for
from p2p.setup.trouble import Trouble
from strategies.models import BomLine, Calendar, ImportRun, Item, RouteOperation
from strategies.services.alternates import add_alternate, approve_alternate
from strategies.services.bom_inputs import AlternateInput
from strategies.services.holidays import fill_holidays
from strategies.services.importer import import_file

TITLE = "What the engineers of the plant know"
OFFICE, YEARS = "OFFICE", (2011, 2012, 2013)
COLOURS = ("Red", "Black", "Silver", "Yellow", "Blue")
PEDALS = ("PD-R853", "PD-R563")
WORKERS = (
    ("1002", "Guy Gilbert", "20"), ("1003", "Kevin Brown", "20"), ("1004", "Jo Brown", "45"),
    ("1005", "Simon Rapier", "45"), ("1006", "Ruth Ellerbrock", "60"), ("1007", "Barry Johnson", "50"),
)  # fmt: skip
SKILLS = (
    ("TIG", "TIG welding of aluminium", "certificate"),
    ("SPRAY", "Spray painting", "certificate"),
    ("WHEEL", "Truing of wheels", "skill"),
    ("SAFETY", "Safety at work", "course"),
)
KNOWN = (
    ("1002", "TIG", "3", "2010-03-01", "2013-02-28"), ("1003", "TIG", "2", "2009-02-01", "2012-01-31"),
    ("1004", "SPRAY", "2", "2011-05-01", "2014-04-30"), ("1005", "SPRAY", "1", "2011-09-01", "2012-02-15"),
    ("1006", "WHEEL", "3", "2008-01-01", ""), ("1007", "SAFETY", "0", "2011-11-01", "2012-10-31"),
)  # fmt: skip
CAPABILITIES = (
    ("WELD", "Welding of frames, wall in mm", "20-1", "4"),
    ("PAINT", "Painting, coats in one pass", "40-1", "2"),
    ("PAINT", "Painting, coats in one pass", "45-1", "5"),
    ("TRUE", "Truing of wheels, inches", "60-1", "29"),
)
Rows = Iterable[Sequence[object]]


def define(say: Say) -> Mapping[str, object]:
    """Import the sheets as an engineer would, fill the holidays of the office, approve an alternate pedal."""
    engineer = User.objects.get(username="erin")
    for left in ImportRun.objects.filter(title=TITLE, state__in=("queued", "running")):
        cancel(run=left, by=engineer)  # of an earlier start that was interrupted
    run = import_file(content=_archive(), name="engineering.zip", title=TITLE, by=engineer)
    wait_for(run, say)
    if not run.summary.get("saved"):
        first = run.problems.filter(level="error").first()
        raise Trouble(
            f"What the engineers know was refused: {first.text if first else 'see the import page'}"
        )
    calendar = fill_holidays(calendar=Calendar.objects.get(code=OFFICE), years=YEARS, by=engineer)
    return {
        "rows": sum(tally["lines"] for tally in run.summary["sheets"].values()),
        "holidays": calendar.exceptions.count(),
        "alternates": _alternate(engineer),
    }


def _alternate(engineer: User) -> int:
    """Another pedal may stand in wherever the best one is used, approved."""
    used, instead = PEDALS
    pedal = Item.objects.select_related("unit").get(number=instead)
    lines = BomLine.objects.filter(component__number=used, bom__state="active", alternates__isnull=True)
    for line in lines.select_related("component", "bom__item").order_by("pk"):
        row = add_alternate(line=line, to=AlternateInput(component=pedal, ratio=Decimal(1)), by=engineer)
        approve_alternate(alternate=row, by=engineer)
    return BomLine.objects.filter(component__number=used, alternates__isnull=False).count()


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, (heads, rows) in _sheets().items():
            text = io.StringIO()
            csv.writer(text).writerows([heads.split(), *rows])
            file.writestr(f"{name}.csv", text.getvalue())
    return packed.getvalue()


def _sheets() -> dict[str, tuple[str, Rows]]:
    days = [(OFFICE, "Day", day, "08:00", "17:00") for day in range(5)]
    capabilities = {code: name for code, name, _resource, _level in CAPABILITIES}
    return {
        "calendars": (
            "code name time_zone holiday_country holiday_region",
            [(OFFICE, "Office, with public holidays", "America/Los_Angeles", "US", "WA")],
        ),
        "calendar_shifts": ("calendar name weekday starts ends", days),
        "setup_families": ("code name", [(one.upper(), f"Painted {one.lower()}") for one in COLOURS]),
        "setup_matrices": ("code name", [("COLOUR", "From one colour to the next")]),
        "setup_times": ("matrix from to seconds", _change_overs()),
        "items": ("number name unit setup_family", _painted()),
        "workers": ("site number name group", [(SITE, *one) for one in WORKERS]),
        "skills": ("code name kind", SKILLS),
        "worker_skills": ("worker skill level valid_from valid_to", KNOWN),
        "capabilities": ("code name", capabilities.items()),
        "resource_capabilities": (
            "site resource capability level",
            [(SITE, resource, code, level) for code, _name, resource, level in CAPABILITIES],
        ),
        "standard_operations": ("code name group_site group setup_seconds run_basis run_seconds", _library()),
    }


def _change_overs() -> Rows:
    """A dark colour after a light one needs little cleaning, the other way round much."""
    dark = {"Black": 4, "Blue": 3, "Red": 2, "Yellow": 1, "Silver": 0}
    for before in COLOURS:
        for after in COLOURS:
            minutes = 0 if before == after else 10 + 10 * max(0, dark[before] - dark[after])
            yield "COLOUR", before.upper(), after.upper(), 60 * minutes
    yield "COLOUR", "", "", 60 * 45


def _painted() -> Rows:
    for item in Item.objects.filter(number__startswith="FR-").select_related("unit").order_by("number"):
        found = re.search("|".join(COLOURS), item.name)
        if found:
            yield item.number, item.name, item.unit.code, found.group().upper()


def _library() -> Rows:
    """One operation for each step that the routes of the plant take, with the time most of them give it."""
    steps: dict[str, RouteOperation] = {}
    for step in RouteOperation.objects.select_related("group").order_by("run_seconds", "pk"):
        steps.setdefault(step.name, step)
    for place, (name, step) in enumerate(sorted(steps.items()), 1):
        group = step.group.code if step.group else ""
        yield (
            f"OP{10 * place:03}",
            name,
            SITE if group else "",
            group,
            step.setup_seconds,
            step.run_basis,
            step.run_seconds,
        )


def is_defined() -> bool:
    saved = ImportRun.objects.filter(title=TITLE, state=Run.State.DONE, summary__saved=True).exists()
    return saved and BomLine.objects.filter(alternates__component__number=PEDALS[1]).exists()


STEPS.append(Step("engineering", "What the engineers know", define, is_defined))
