"""The first steps of the demo: people who may log in, and the plant's data through the importer users get."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.hashers import make_password
from django.db import transaction

from p2p.core.access import Role
from p2p.core.models import Grant, User
from p2p.core.runs import cancel
from p2p.core.runs.model import Run
from p2p.demo import adventureworks
from p2p.demo.steps import LOGINS, STEPS, Login, Say, Step
from p2p.demo.waiting import wait_for
from p2p.setup.trouble import Trouble
from strategies.models import ImportRun, ResourceGroup, Site, Worker
from strategies.services.importer import import_file

PASSWORD = "bicycle"
TITLE = "AdventureWorks plant"
PEOPLE = (
    ("erin", "Erin Hagens", Role.ENGINEER, "items, BOMs, routes, calendars, imports"),
    ("paula", "Paula Barreto de Mattos", Role.PLANNER, "demand, plans, proposals, the Gantt"),
    ("shane", "Shane Kim", Role.SUPERVISOR, "orders, release, the shop floor"),
    ("olinda", "Olinda Turner", Role.OPERATOR, "the tablet under /floor/"),
    ("ben", "Ben Miller", Role.BUYER, "vendors, subcontract orders"),
    ("ingrid", "Ingrid Burkhardt", Role.INSPECTOR, "inspections, nonconformances"),
    ("carla", "Carla Adams", Role.COST_ACCOUNTANT, "costs, variances, settlement"),
    ("robot", "Integration", Role.INTEGRATOR, "the API under /api/docs/"),
    ("admin", "Administrator", Role.ADMINISTRATOR, "everything"),
)
LOGINS.extend(Login(name, PASSWORD, str(role.label), sees) for name, _full, role, sees in PEOPLE)


@transaction.atomic
def make_people(say: Say) -> Mapping[str, object]:
    """One log-in for each role; what is there already stays as it is."""
    password = make_password(PASSWORD)  # slow on purpose, so once for all
    for place, (username, full_name, role, _sees) in enumerate(PEOPLE):
        say(str(role.label), place, len(PEOPLE))
        first, _space, last = full_name.partition(" ")
        administrator = role == Role.ADMINISTRATOR
        user, _new = User.objects.get_or_create(
            username=username,
            defaults={
                "first_name": first,
                "last_name": last,
                "password": password,
                "default_scope": adventureworks.SITE,
                "is_staff": administrator,
                "is_superuser": administrator,
            },
        )
        Grant.objects.get_or_create(user=user, role=role, scope="")
    return {"log_ins": len(PEOPLE)}


def load_plant(say: Say) -> Mapping[str, object]:
    """Hand the data to the importer as a user would, and wait for its run."""
    say("reading AdventureWorks", 0, 0)
    engineer = User.objects.get(username="erin")
    for left in ImportRun.objects.filter(title=TITLE, state__in=("queued", "running")):
        cancel(run=left, by=engineer)  # of an earlier start that was interrupted
    run = import_file(
        content=adventureworks.archive(),
        name="adventureworks.zip",
        title=TITLE,
        notes=adventureworks.notes(),
        by=engineer,
    )
    wait_for(run, say)
    if not run.summary.get("saved"):
        first = run.problems.filter(level="error").first()
        raise Trouble(f"The plant could not be loaded: {first.text if first else 'see the import page'}")
    _seat_operator()
    return _account(run)


def _seat_operator() -> None:
    """Olinda works at final assembly, so that her tablet has jobs."""
    site = Site.objects.get(code=adventureworks.SITE)
    user = User.objects.get(username="olinda")
    group = ResourceGroup.objects.get(site=site, code="60")
    Worker.objects.get_or_create(
        number="1001", defaults={"site": site, "name": user.get_full_name(), "user": user, "group": group}
    )


def _account(run: ImportRun) -> dict[str, object]:
    sheets = run.summary["sheets"]
    lines = sum(tally["lines"] for tally in sheets.values())
    return {
        "rows": lines,
        "items": sheets["items"]["lines"],
        "bom_lines": sheets["bom_lines"]["lines"],
        "demand_lines": sheets["demand"]["lines"],
        "warnings": run.summary["warnings"],
    }


def people_are_there() -> bool:
    return User.objects.filter(username__in=[name for name, *_rest in PEOPLE]).count() == len(PEOPLE)


def plant_is_loaded() -> bool:
    runs = ImportRun.objects.filter(title=TITLE, state=Run.State.DONE, summary__saved=True)
    return runs.exists() and Worker.objects.filter(number="1001").exists()


STEPS.extend(
    (
        Step("people", "People who may log in", make_people, people_are_there),
        Step("plant", "Loading AdventureWorks", load_plant, plant_is_loaded),
    )
)
