"""How a command ends early: one sentence and a sensible exit code instead of a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import types
from collections.abc import Iterator

from p2p.setup.trouble import Trouble

FULL = os.strerror(errno.ENOSPC)


def _terminate(number: int, frame: types.FrameType | None) -> None:
    """SIGTERM and SIGHUP end a command the orderly way: children are ended, leases given up."""
    raise SystemExit(128 + number)


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Words for what a person can do something about; everything else keeps its traceback."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), _terminate)
    try:
        yield
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        raise SystemExit(130) from None
    except Exception as error:
        if FULL not in str(error):  # the database says it in the same words
            raise
        print(
            "The disk is full: make room, then start again; nothing that was done is lost.", file=sys.stderr
        )
        raise SystemExit(1) from None
