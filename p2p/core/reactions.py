"""What the core does when something happens: who asked for a long calculation hears how it ended."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from p2p.core.facts import listen
from p2p.core.models import Notification
from p2p.core.runs import RunEnded
from p2p.core.services.notices import notify

LONG = timedelta(minutes=1)
"""Who waited less than this was still looking when it ended well."""


def tell_who_asked(fact: RunEnded) -> None:
    """A line in the inbox of who started a run that failed, or that took longer than one watches."""
    run = fact.run
    if run.asked_by is None or fact.state == "cancelled":
        return
    took = (run.ended_at or run.asked_at) - run.asked_at
    if fact.state == "done" and took < LONG:
        return
    with override(run.asked_by.language):
        title = str(run._meta.verbose_name)
        failed = _("{title} {run} failed: {problem}").format(title=title, run=run, problem=fact.problem)
        text = failed if fact.state == "failed" else _("{title} {run} is done.").format(title=title, run=run)
    notify(to=[run.asked_by], kind=Notification.Kind.RUN, text=text, record=run, by=fact.by)


def wire() -> None:
    """Called once, when the apps are ready."""
    listen("tell", RunEnded, tell_who_asked)
