"""Messages between processes without a broker: each arrives whole, once, and in order."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Queue

from p2p import celery  # noqa: F401  (names the transport)
from p2p.settings import folder_broker


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    return folder_broker(tmp_path)


def take_all(connection: Connection, name: str) -> list[Any]:
    queue, taken = connection.SimpleQueue(name), []
    while True:
        try:
            message = queue.get_nowait()
        except Empty:
            return taken
        taken.append(message.payload)
        message.ack()


def test_messages_come_in_the_order_they_were_sent(options: dict[str, Any]) -> None:
    with Connection("p2p-folder://localhost", transport_options=options) as connection:
        queue = connection.SimpleQueue("light")
        for number in range(20):
            queue.put(number)
        assert take_all(connection, "light") == list(range(20))


def test_queues_do_not_read_each_others_messages(options: dict[str, Any]) -> None:
    with Connection("p2p-folder://localhost", transport_options=options) as connection:
        connection.SimpleQueue("light").put("for light")
        connection.SimpleQueue("heavy").put("for heavy")
        assert take_all(connection, "heavy") == ["for heavy"]
        assert take_all(connection, "light") == ["for light"]


def test_with_many_senders_and_takers_every_message_arrives_whole_and_once(options: dict[str, Any]) -> None:
    sent = [f"{sender}-{number}" for sender in range(4) for number in range(100)]
    taken: list[str] = []
    wrong: list[BaseException] = []
    done = threading.Event()

    def send(sender: int) -> None:
        with Connection("p2p-folder://localhost", transport_options=options) as connection:
            queue = connection.SimpleQueue("light")
            for number in range(100):
                queue.put({"text": f"{sender}-{number}", "weight": "x" * 5000})

    def take() -> None:
        try:
            with Connection("p2p-folder://localhost", transport_options=options) as connection:
                while not done.is_set():
                    taken.extend(payload["text"] for payload in take_all(connection, "light"))
                taken.extend(payload["text"] for payload in take_all(connection, "light"))
        except BaseException as problem:
            wrong.append(problem)

    takers = [threading.Thread(target=take) for _ in range(2)]
    senders = [threading.Thread(target=send, args=[sender]) for sender in range(4)]
    for thread in (*takers, *senders):
        thread.start()
    for thread in senders:
        thread.join(60)
    done.set()
    for thread in takers:
        thread.join(60)
    assert not wrong
    assert sorted(taken) == sorted(sent)


def test_two_bindings_made_at_once_are_both_kept(options: dict[str, Any]) -> None:
    def bind(number: int) -> None:
        with Connection("p2p-folder://localhost", transport_options=options) as connection:
            Queue(f"queue{number}", "told", routing_key=str(number)).bind(
                connection.default_channel
            ).declare()

    threads = [threading.Thread(target=bind, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with Connection("p2p-folder://localhost", transport_options=options) as connection:
        assert len(connection.default_channel.get_table("told")) == 12
