"""A program that works at the plant over REST and does not give in: it sends the same key until it has an answer."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Wish = tuple[str, dict[str, Any]]  # path and body
PATIENCE = 45  # seconds for one request and its repetitions


@dataclass
class Sent:
    """What became of one key: its answer, or None when the client gave up after a broken connection."""

    path: str
    body: dict[str, Any]
    key: str
    answer: Any = None
    tries: int = 0


@dataclass
class Client:
    """`wishes` are sent one after the other. Of broken requests every fifth is given up and never sent again."""

    name: str
    port: int
    token: str
    wishes: Iterator[Wish]
    stop: threading.Event
    sent: list[Sent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    pause: float = 0.02

    def work(self) -> None:
        chance = random.Random(self.name)
        for number, (path, body) in enumerate(self.wishes):
            if self.stop.is_set() or self.wrong:
                return
            one = Sent(path, body, f"{self.name}-{number}")
            self.sent.append(one)
            self._insist(one, gives_up=chance.random() < 0.2)
            time.sleep(self.pause)

    def repeat(self, last: int) -> None:
        """Send the keys of the last answers once more: each is answered as it was."""
        for one in [sent for sent in self.sent if sent.answer is not None][-last:]:
            again = ask(self.port, self.token, one.path, one.body, key=one.key)
            assert again[0] < 300 and again[1] == one.answer, (one, again)

    def _insist(self, one: Sent, *, gives_up: bool) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            one.tries += 1
            try:
                status, answer = ask(self.port, self.token, one.path, one.body, key=one.key)
            except (OSError, http.client.HTTPException):
                if gives_up:
                    return
                time.sleep(0.2)
                continue
            if status < 300:
                one.answer = answer
                return
            if status < 500 and answer.get("code") != "in_progress":
                self.wrong.append(f"{one.path}: {status} {answer}")
                return
            time.sleep(0.2)
        self.wrong.append(f"{one.path}: no answer within {PATIENCE} seconds")


def ask(port: int, token: str, path: str, body: Any = None, *, key: str = "") -> tuple[int, Any]:
    """One request: status and answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    try:
        data = None if body is None else json.dumps(body)
        line.request("GET" if body is None else "POST", f"/api/v1/{path}", data, headers)
        answer = line.getresponse()
        read = answer.read()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(read) if is_json else {"detail": read[:300].decode(errors="replace")}
    finally:
        line.close()


def endless(wish: Callable[[int], Wish]) -> Iterator[Wish]:
    number = 0
    while True:
        yield wish(number)
        number += 1
