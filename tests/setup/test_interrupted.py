"""A command that cannot go on says so in one sentence; anything unforeseen keeps its traceback."""

from __future__ import annotations

import errno

import pytest
from django.db import OperationalError

from p2p.setup.interrupted import plainly
from p2p.setup.trouble import Trouble


@pytest.mark.parametrize(
    ("problem", "code", "sentence"),
    [
        (Trouble("Port 8000 is taken."), 1, "Port 8000 is taken."),
        (KeyboardInterrupt(), 130, "Stopped. The same command goes on from here."),
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), 1, "The disk is full"),
        (OperationalError('could not extend file "base/1": No space left on device'), 1, "The disk is full"),
    ],
)
def test_what_a_person_can_mend_is_one_sentence(
    problem: BaseException, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, plainly():
        raise problem
    assert ended.value.code == code
    words = capsys.readouterr().err.strip()
    assert words.startswith(sentence)
    assert len(words.splitlines()) == 1


def test_anything_else_keeps_its_traceback() -> None:
    with pytest.raises(OSError, match="nobody thought of it"), plainly():
        raise OSError(errno.EIO, "nobody thought of it")
