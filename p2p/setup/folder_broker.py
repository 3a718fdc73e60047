"""kombu's folder transport, with each message appearing in its folder whole or not at all.

kombu opens a message's file under its final name and writes it afterwards; a worker that lists the folder
in between takes an empty file away, and the job is lost. Here it is written under another name, then renamed.
The tables of exchanges are replaced the same way.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

from p2p.setup import locks


def _appear(path: Path, text: str) -> None:
    """Write a file so that readers see either all of it or nothing."""
    draft = path.with_name(f".{uuid.uuid4().hex}.draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


class Channel(filesystem.Channel):
    """One worker or one sender; many may share the folders."""

    # kombu's own two classes name the parameter differently
    def _put(self, queue: str, payload: Mapping[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        # wall-clock nanoseconds: names sort in the order of sending, after a restart of the machine too
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        _appear(folder / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of a queue: whoever renames it first has it."""
        folder = Path(self.data_folder_in)
        ending = f".{queue}.msg"
        try:
            waiting = sorted(name for name in os.listdir(folder) if name.endswith(ending) and name[0] != ".")
        except FileNotFoundError:
            raise Empty from None
        for name in waiting:
            taken = folder / f".{uuid.uuid4().hex}.taken"
            try:
                os.rename(folder / name, taken)
            except OSError:  # another worker was quicker
                continue
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            return loads(text)
        raise Empty

    def _purge(self, queue: str) -> int:
        return super()._purge(queue) if Path(self.data_folder_in).exists() else 0

    def _size(self, queue: str) -> int:
        return super()._size(queue) if Path(self.data_folder_in).exists() else 0

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if bound not in self.get_table(exchange):
            self._rewrite(exchange, add=[bound])

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any
    ) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._purge(queue)
        self._rewrite(exchange, drop=[bound])

    def _rewrite(self, exchange: str, *, add: list[Any] | None = None, drop: list[Any] | None = None) -> None:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with locks.held(self.control_folder / "table.lock", wait=30, busy="The broker's tables are locked."):
            kept = [bound for bound in self.get_table(exchange) if bound not in [*(add or []), *(drop or [])]]
            _appear(self.control_folder / f"{exchange}.exchange", dumps([*(add or []), *kept]))


class Transport(filesystem.Transport):
    """`p2p-folder://localhost`"""

    Channel = Channel

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = virtual.BrokerState()  # kombu's is one per process, whatever folders a connection names

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Between messages a worker looks often whether it is to end, so that Ctrl-C takes effect soon."""
        super().drain_events(connection, timeout=min(timeout, 0.2) if timeout else timeout, **kwargs)
