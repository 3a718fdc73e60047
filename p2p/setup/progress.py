"""A progress bar for a terminal; two plain lines where the output goes elsewhere. Standard library only."""

from __future__ import annotations

import shutil
import sys
import time

WIDTH = 24


class Bar:
    """One step: `show` as often as you like, `end` once."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.live = sys.stdout.isatty()
        self.began = time.monotonic()
        self._drawn = 0.0
        if not self.live:
            print(f"{title} ...", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def show(self, done: int, total: int, note: str = "") -> None:
        """Redraw, at most ten times a second."""
        now = time.monotonic()
        if not self.live or (now - self._drawn < 0.1 and done < total):
            return
        self._drawn = now
        part = min(1.0, done / total) if total else 0.0
        full = round(WIDTH * part)
        count = f"{done:,}/{total:,}" if total else f"{self.seconds:.0f} s"
        self._draw(f"{self.title:<34.34} [{'#' * full}{'.' * (WIDTH - full)}] {count}  {note}")

    def end(self, outcome: str = "done") -> None:
        if self.live:
            self._draw(f"{self.title:<34.34} {outcome} ({self.seconds:.1f} s)")
            print(flush=True)
        else:
            print(f"  {outcome} ({self.seconds:.1f} s)", flush=True)

    def drop(self) -> None:
        """Leave the line to an error message."""
        if self.live:
            print(flush=True)

    def _draw(self, text: str) -> None:
        room = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + text[:room].ljust(room))
        sys.stdout.flush()
