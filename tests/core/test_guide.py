"""What the guide of the API tells integrators to do works."""

from __future__ import annotations

import re
import time
from pathlib import Path

from p2p.core.webhooks import signature

GUIDE = Path(__file__).resolve().parents[2] / "p2p/docs/guide/api.md"


def test_the_guides_check_of_a_signature_takes_ours_and_no_other():
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    names: dict = {}
    exec(code, names)
    genuine, now = names["genuine"], int(time.time())
    header = signature("s3cret", now, b'{"id": 7}')
    assert genuine("s3cret", header, b'{"id": 7}')
    assert not genuine("s3cret", header, b'{"id": 8}')
    assert not genuine("other", header, b'{"id": 7}')
    assert not genuine("s3cret", signature("s3cret", now - 3600, b"{}"), b"{}")


def test_every_code_of_the_guide_is_one_the_house_uses():
    listed = set(
        re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| \d{3} \|.*$", GUIDE.read_text(), re.M)))
    )
    used = "".join(path.read_text() for path in (GUIDE.parents[2] / "core").rglob("*.py"))
    assert {code for code in listed - {"errors", "blocked_by"} if f'"{code}"' not in used} == set()
