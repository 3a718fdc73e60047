"""Working time as schedules and Gantt charts lay it out: strategies knows the calendars and who follows which."""

from __future__ import annotations

from strategies.selectors.worktimes import Calendars, Whereabouts

__all__ = ["Calendars", "Whereabouts"]
