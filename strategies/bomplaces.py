"""Where comparison, where-used, mass replacement and many settings show themselves, and the words of their fact."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.web import journal
from strategies.models import ReplaceRun, SettingsChange
from strategies.services.settings_bulk import undo_settings

ENGINEER = (Role.ENGINEER,)


def register() -> None:
    """Called once by `places.register`."""
    places.nav(section="strategies", title=_("Where used"), url_name="strategies:where-used", order=22)
    places.nav(
        section="strategies", title=_("Mass replacements"), url_name="strategies:replacements", order=24
    )
    places.verb(
        "bom.actions",
        key="compare",
        title=_("Compare"),
        url_name="strategies:compare-bom",
        page=True,
        order=55,
    )
    places.verb(
        "item.actions", key="where-used", title=_("Where used"), url_name="strategies:where-used-of", page=True,
        order=60,
    )  # fmt: skip
    places.verb(
        "replacements.actions",
        key="new",
        title=_("Replace a component"),
        url_name="strategies:new-replacement",
        page=True,
        roles=ENGINEER,
        primary=True,
    )
    places.verb(
        "replacement.actions",
        key="undo",
        title=_("Take back"),
        url_name="strategies:undo-replacement",
        roles=ENGINEER,
        order=90,
        when=_may_be_undone,
    )
    _many_settings()
    journal.phrase(
        "strategies.Replaced", lambda said: _("changed by the mass replacement {run}").format(**said)
    )


def _many_settings() -> None:
    places.verb(
        "items.actions", key="settings-changes", title=_("Changes of order settings"),
        url_name="strategies:settings-changes", page=True, order=120,
    )  # fmt: skip
    places.verb(
        "settingschange.actions",
        key="undo",
        title=_("Take back"),
        service=undo_settings,
        model=SettingsChange,
        argument="change",
        roles=ENGINEER,
        danger=True,
        confirm=_("Every row gets its old values again, unless it was changed since: those are named."),
        when=lambda change: change.undone_at is None,
    )


def _may_be_undone(run: ReplaceRun) -> bool:
    if run.state != "done" or run.settings.get("undoes") or not run.summary.get("bills"):
        return False
    backs = ReplaceRun.objects.filter(settings__undoes=run.pk).exclude(state__in=("failed", "cancelled"))
    return not backs.exists()
