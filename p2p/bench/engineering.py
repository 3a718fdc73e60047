"""The plant of the strategies benchmark: its file, its import, and who reads and changes it.

Run by `definitions.py` as `python -m p2p.bench.engineering <part> <arguments>`, each part a process; prints JSON.
"""

from __future__ import annotations

import io
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from p2p.bench.firming import firm_one
from p2p.bench.parts import main, queries, repeat
from p2p.bench.plant import COLD, HOT, ITEMS, LEVELS, write


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(path: str) -> dict[str, object]:
    """Import the plant as a user does; then the same rows once more as a bare COPY into tables of the same shape."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from p2p.core.models import Grant, User
    from p2p.core.services.tokens import issue
    from strategies.services.importer import take_in
    from strategies.services.importer.reading import tables

    by = User.objects.create_user(username="bench", password="bench")
    Grant.objects.create(user=by, role="engineer", scope="")
    _token, secret = issue(user=by, title="bench", power="write", by=by)
    before, began = _memory(), time.perf_counter()
    with queries() as asked, Path(path).open("rb") as file:
        outcome = take_in(tables(file, "plant.zip"), by=by)
    took = time.perf_counter() - began
    if outcome.errors:
        raise RuntimeError(f"The import refused a row: {outcome.problems[0]}")
    return {
        "token": secret,
        "seconds": took,
        "memory": _memory(),
        "memory_before": before,
        "bare": _bare(),
        "queries": len(asked),
    }


def _bare() -> float:
    """Seconds that COPY alone takes for the rows of the three big tables, constraints and indexes in place."""
    from django.db import connection

    connection.ensure_connection()
    link: Any = connection.connection
    seconds = 0.0
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for name in ("strategies_item", "strategies_bomversion", "strategies_bomline"):
            held = io.StringIO()
            with link.cursor() as bare:
                bare.copy_expert(f"COPY {name} TO STDOUT", held)
            held.seek(0)
            cursor.execute(f"CREATE TABLE bare (LIKE {name} INCLUDING ALL)")
            began = time.perf_counter()
            with link.cursor() as bare:
                bare.copy_expert("COPY bare FROM STDIN", held)
            seconds += time.perf_counter() - began
            cursor.execute("DROP TABLE bare")
    return seconds


def levels() -> dict[str, object]:
    """Low-level codes of every item: read, ordered in one pass; and the bare read beside it."""
    from django.db import connection

    from strategies.engine.levels import low_level_codes

    edges_of_active = (
        "SELECT version.item_id, line.component_id FROM strategies_bomline AS line"
        " JOIN strategies_bomversion AS version ON version.id = line.bom_id AND version.state = 'active'"
    )
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(edges_of_active)
        edges = cursor.fetchall()
    read = time.perf_counter() - began
    children: dict[int, list[int]] = {}
    for parent, component in edges:
        children.setdefault(parent, []).append(component)
    found = low_level_codes((), children)
    took = time.perf_counter() - began
    return {"seconds": took, "read": read, "items": len(found.codes), "deepest": max(found.codes.values())}


def ask(port: str, head: str, said: str, seconds: str, kind: str) -> dict[str, object]:
    """GET one kind of question, or one page, over HTTP for so long; anything but 200 is trouble."""
    import http.client

    from django.test import Client

    chance, trouble = random.Random(7), []
    link = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
    sizes: list[int] = []

    def act() -> None:
        link.request("GET", _path(kind, chance), headers={head: said})
        answer = link.getresponse()
        body = answer.read()
        sizes.append(len(body))
        if answer.status != 200:
            trouble.append(f"{answer.status} {body[:200]!r}")

    found = repeat(float(seconds), act)
    reader, told = Client(HTTP_HOST="127.0.0.1"), {head: said}
    reader.get(_path(kind, chance), headers=told)
    with queries() as asked:
        reader.get(_path(kind, chance), headers=told)
    return {**found, "trouble": trouble[:3], "bytes": max(sizes), "queries": len(asked)}


def _path(kind: str, chance: random.Random) -> str:
    top, bottom = chance.randrange(ITEMS - ITEMS // LEVELS, ITEMS), chance.randrange(ITEMS // LEVELS)
    kinds = {
        "explode": f"/api/v1/strategies/items/I{top:06}/explode/",
        "where-used": f"/api/v1/strategies/items/I{bottom:06}/where-used/",
        "hot": f"/api/v1/strategies/items/{HOT}/where-used/",
        "nest": "/api/v1/strategies/items/NEST-A/explode/",
        "nest-used": "/api/v1/strategies/items/NEST-Z/where-used/",
    }
    return kinds.get(kind, kind)


def page(name: str) -> dict[str, object]:
    """Where a page is, and the session of one who may see it."""
    from django.test import Client

    from p2p.core.models import User
    from strategies.models import BomVersion, Item

    reader = Client(HTTP_HOST="127.0.0.1")
    reader.force_login(User.objects.get(username="bench"))
    path = {
        "long": lambda: BomVersion.objects.get(item__number="LONG").get_absolute_url(),
        "nest": lambda: BomVersion.objects.get(item__number="NEST-A").get_absolute_url(),
        "item": lambda: Item.objects.get(number=f"I{ITEMS - 1:06}").get_absolute_url(),
        "items": lambda: "/strategies/items/",
        "found": lambda: f"/strategies/items/?q={ITEMS // 2 + 321}",
    }[name]()
    return {"path": path, "session": reader.cookies["sessionid"].value}


def replace() -> dict[str, object]:
    """COLD instead of HOT from a day on in every parent, as the worker does it; then how many bills say so."""
    from datetime import date

    from p2p.core import clock
    from p2p.core.models import User
    from strategies.models import BomLine, Item, ReplaceRun
    from strategies.services import replace as service

    run = ReplaceRun(
        old=Item.objects.get(number=HOT), new=Item.objects.get(number=COLD), valid_from=date(2031, 3, 1)
    )
    run.asked_by = User.objects.get(username="bench")
    run.state, run.attempt, run.began_at, run.heartbeat_at = "running", 1, clock.now(), clock.now()
    run.save()
    began = time.perf_counter()
    with queries() as asked:
        service.perform(run, lambda _phase, _done=0, _total=0: None)
    took = time.perf_counter() - began
    changed = BomLine.objects.filter(component__number=COLD, valid_from=date(2031, 3, 1)).count()
    return {"seconds": took, "changed": changed, "memory": _memory(), "queries": len(asked)}


def bare_replace() -> dict[str, object]:
    """The same two changes as plain SQL on the same tables, taken back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM strategies_item WHERE number IN ('HOT', 'COLD') ORDER BY number DESC")
        (hot,), (cold,) = cursor.fetchall()
        began = time.perf_counter()
        cursor.execute("UPDATE strategies_bomline SET valid_to = '2041-02-28' WHERE component_id = %s", [hot])
        columns = _columns(cursor)
        copied = ", ".join(
            {"component_id": str(cold), "valid_from": "'2041-03-01'::date", "valid_to": "NULL::date",
             "position": "position + 1"}.get(name, name)
            for name in columns
        )  # fmt: skip
        cursor.execute(
            f"INSERT INTO strategies_bomline ({', '.join(columns)})"
            f" SELECT {copied} FROM strategies_bomline WHERE component_id = %s",
            [hot],
        )
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return {"seconds": took}


def _columns(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'strategies_bomline' AND column_name <> 'id' ORDER BY ordinal_position"
    )
    return [name for (name,) in cursor.fetchall()]


if __name__ == "__main__":
    parts: dict[str, Callable[..., dict[str, object]]] = {
        "write": write,
        "load": load,
        "levels": levels,
        "ask": ask,
        "page": page,
        "replace": replace,
        "bare_replace": bare_replace,
        "firm": firm_one,
    }
    main(parts, sys.argv[1:])
