"""The columns of a run. Concrete runs are typed tables: one per kind of calculation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.flow import Flow

if TYPE_CHECKING:
    from p2p.core.models import User


ATTEMPTS = 3
"""How often a run is begun before it fails for good."""


class Cancelled(Exception):
    """Raised by `say` when somebody asked the run to stop, or another worker has taken it over."""


class Say(Protocol):
    """Progress: a phase in plain words, and how far within it. Cheap to call often."""

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None: ...


class Run(models.Model):
    """A long calculation with a name, a progress bar and a result that can be read later."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind: ClassVar[str]
    """What people and addresses call this kind of run: "mrp", "schedule"."""
    job: ClassVar[str]
    """Dotted path of `function(run, say) -> dict`."""
    queue: ClassVar[str] = "heavy"
    takes_in: ClassVar[bool] = False
    """Whether it takes in lines that may be refused, and its summary says how many (see `outcomes`)."""

    FLOW: ClassVar[Flow] = Flow(
        "state",
        begin=({"queued"}, "running"),
        finish=({"running"}, "done"),
        fail=({"running"}, "failed"),
        requeue=({"running"}, "queued"),
        cancel=({"queued", "running"}, "cancelled"),
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    scope = models.CharField(_("scope"), max_length=80, blank=True, default="")
    phase = models.CharField(_("phase"), max_length=80, blank=True, default="")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    problem = models.TextField(_("problem"), blank=True, default="")
    trace = models.TextField(blank=True, default="", editable=False)
    stored_at = models.DateTimeField(null=True, editable=False)
    asked_by: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        "core.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("scope",), condition=Q(state="running"), name="%(app_label)s_%(class)s_one_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """`schedule-12`: what addresses and messages call it."""
        return f"{self.kind}-{self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {"done", "failed", "cancelled"}
