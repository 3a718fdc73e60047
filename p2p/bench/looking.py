"""Looking at a long ledger over HTTP: which pages, and how long each took."""

from __future__ import annotations

import http.client
import random
import time

from p2p.bench.parts import repeat

ITEMS = 100_000


def sums() -> dict[str, object]:
    """What the nightly work does."""
    from django.db import connection

    from p2p.inventory.services.sums import add_up

    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        began = time.monotonic()
        moves = add_up()
        seconds = time.monotonic() - began
        if moves:
            cursor.execute("VACUUM ANALYZE inventory_movesum")
    return {"moves": moves, "seconds": seconds}


def pages() -> dict[str, object]:
    """A session of the one who looks."""
    from django.test import Client

    from p2p.core.models import User

    client = Client()
    client.force_login(User.objects.get(username="bench"))
    return {"session": client.cookies["sessionid"].value}


def ask(port: str, cookie: str, seconds: str, kind: str) -> dict[str, object]:
    """GET pages of one kind over HTTP for so long; anything but 200 is trouble."""
    chance, trouble = random.Random(7), []
    link = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)

    def act() -> None:
        link.request("GET", _path(kind, chance), headers={"Cookie": cookie})
        answer = link.getresponse()
        body = answer.read()
        if answer.status != 200:
            trouble.append(f"{answer.status} {body[:200]!r}")

    return {**repeat(float(seconds), act), "trouble": trouble[:3]}


def _path(kind: str, chance: random.Random) -> str:
    item = f"PART-{chance.randrange(ITEMS):06d}"
    year = "since=2024-01-01&until=2024-12-31"
    return {
        "stock": f"/inventory/stock/?q={item[:9]}" if chance.randrange(2) else "/inventory/stock/",
        "items": f"/inventory/stock/items/?q={item[:9]}",
        "past": f"/inventory/stock/items/?q={item[:9]}&as_of=2025-{chance.randrange(1, 10):02d}-15",
        "card": f"/inventory/stock/card/{item}/",
        "busiest": "/inventory/stock/card/PART-000000/",
        "old": f"/inventory/stock/card/PART-{chance.randrange(100):06d}/?{year}",
        "moves": "/inventory/moves/",
        "moves-item": f"/inventory/moves/?item={item}",
    }[kind]
