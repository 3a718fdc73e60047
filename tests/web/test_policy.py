"""What a browser is told it may load."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.django_db
def test_pages_allow_no_inline_script_or_style(client: Client) -> None:
    policy = client.get("/login/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_the_policy_is_switched_on() -> None:
    assert "p2p.core.web.policy.ContentPolicy" in settings.MIDDLEWARE
