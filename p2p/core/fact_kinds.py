"""What the core itself tells, apart from runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from p2p.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class Attached(Fact):
    """A file, or a new version of one, was put on a record."""

    record: Model
    name: str
    version: int

    def about(self) -> Sequence[Model]:
        return (self.record,)


@dataclass(frozen=True, kw_only=True)
class Commented(Fact):
    """Somebody said something about a record."""

    record: Model
    text: str
    mentioned: Sequence[str] = ()

    def about(self) -> Sequence[Model]:
        return (self.record,)


@dataclass(frozen=True, kw_only=True)
class TokenChanged(Fact):
    """A program was let in, or is let in no more. The token itself is never told."""

    token: Model
    change: str

    def about(self) -> Sequence[Model]:
        return (self.token,)


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(Fact):
    """A subscription was made, changed, paused, or got a new secret. The secret is never told."""

    webhook: Model
    change: str

    def about(self) -> Sequence[Model]:
        return (self.webhook,)


@dataclass(frozen=True, kw_only=True)
class GrantChanged(Fact):
    """A user was given or lost a role."""

    user: Model
    role: str
    site: str
    change: str

    def about(self) -> Sequence[Model]:
        return (self.user,)

    def scope(self) -> str:
        return self.site
