"""Order settings of many items: what would change, the change, and its page with the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies.forms.settings_bulk import LABELS, SettingsForm
from strategies.models import ItemPolicy, SettingsChange
from strategies.selectors.settings_changes import changed_lines, settings_changes
from strategies.services.settings import PolicyInput
from strategies.services.settings_bulk import Line, Plan, change_settings, preview_settings
from strategies.views.lists import Items
from strategies.views.together import Chosen

ENGINEER = (Role.ENGINEER,)
SHOWN = 100
"""Items of a preview or a change that are spelled out; the counts are of all."""


class ChangeSettings(Chosen):
    """The first press shows what would become of each item, the second does it."""

    form_class, roles, also = SettingsForm, ENGINEER, "strategies/settings_preview.html"
    list_page, list_url, title = Items, "strategies:items", _("Order settings")
    text = _("What is left empty stays as it is, and so do rows with a rank.")
    preview: dict[str, Any] | None = None

    def heading(self) -> Any:
        return _now("Order settings of {count} items").format(count=formats.number(self.chosen().count()))

    def initial(self) -> dict[str, Any]:
        """The site where they all have their settings, when it is one."""
        own = ItemPolicy.objects.filter(item__in=self.chosen().order_by().values("pk"), rank=0)
        places = list(own.order_by().values_list("site", flat=True).distinct()[:2])
        return {"site": places[0]} if len(places) == 1 else {}

    def act(self, form: Any) -> Any:
        asked = {
            "items": self.chosen(),
            "wanted": form.wanted(),
            "site": form.cleaned_data["site"],
            "adding": form.cleaned_data["adding"],
        }
        if form.cleaned_data["agreed"]:
            return change_settings(**asked, by=who(self.request))
        plan = preview_settings(**asked)
        self.preview = _previewed(plan)
        raise Refused(said_plan(plan), code="preview", field="agreed")

    def said(self, result: Any) -> Any:
        count = len(result.before) + len(result.made)
        return _("Order settings of {count} items changed.").format(count=formats.number(count))


def said_plan(plan: Plan) -> str:
    """What a change would do, for the person who is about to agree."""
    parts = (
        (_("{count} change"), len(plan.changing)),
        (_("{count} get settings"), len(plan.new)),
        (_("{count} are so already"), plan.same),
        (_("{count} left alone"), len(plan.refused)),
        (_("{count} without settings there"), plan.without),
    )
    said = [str(words).format(count=formats.number(count)) for words, count in parts if count]
    return _now("Of {chosen} items: {parts}.").format(
        chosen=formats.number(plan.chosen), parts=", ".join(said) or formats.NONE
    )


def _previewed(plan: Plan) -> dict[str, Any]:
    lines = (*plan.changing, *plan.new)
    shown = sorted(lines[: 2 * SHOWN], key=lambda line: line.item.number)[:SHOWN]
    return {
        "lines": [(line.item, line.row is None, _words(line)) for line in shown],
        "more": max(0, len(lines) - SHOWN),
        "refused": plan.refused[:SHOWN],
        "more_refused": max(0, len(plan.refused) - SHOWN),
    }


def _words(line: Line) -> list[tuple[Any, str, str]]:
    """Field, before, after."""
    old = line.old
    return [
        (LABELS[name], told(name, getattr(old, name)) if old else "", told(name, getattr(line.new, name)))
        for name in line.columns
    ]


def told(name: str, value: Any) -> str:
    """A value of a field of order settings, in words."""
    field = ItemPolicy._meta.get_field(name)
    if value is None:
        return formats.NONE
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if name == "reserve_at" and not value:
        return str(_("as the site says"))
    if getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))
    return str(value) if field.is_relation else formats.number(value)


class SettingsChanges(ListPage):
    model, title, section, slot = (
        SettingsChange,
        _("Changes of order settings"),
        "strategies",
        "settingschanges",
    )
    order = ("-id",)
    columns = (
        Column("id", _("No."), kind="number", width=64, link=True),
        Column("what", _("What"), value=lambda one: what_of(one.wanted), order=""),
        Column("site.code", _("Site"), width=96),
        Column(
            "count", _("Items"), kind="number", order="", value=lambda one: len(one.before) + len(one.made)
        ),
        Column("left", _("Left alone"), kind="number", order="", value=lambda one: len(one.left)),
        Column("at", _("When"), kind="time"),
        Column("by", _("By"), width=140, order="by__username"),
        Column("undone_at", _("Taken back"), kind="time"),
    )
    empty_title, empty_text = (
        _("Nothing changed yet"),
        _(
            "Tick items in their list and press Order settings: every change is kept here and can be taken back."
        ),
    )
    empty_icon, empty_action = "transfer-in", (_("Items"), "strategies:items")

    def rows(self) -> QuerySet[Any]:
        return settings_changes(self.request.user)


def what_of(wanted: Mapping[str, Any]) -> str:
    """The names of the fields that a change was about."""
    return ", ".join(str(LABELS[name]) for name in _fields(wanted))


def count_of(change: SettingsChange) -> int:
    return len(change.before) + len(change.made)


def _fields(columns: Mapping[str, Any]) -> list[str]:
    return [name for name in PolicyInput.__dataclass_fields__ if {name, f"{name}_id"} & set(columns)]


class SettingsChangePage(RecordPage):
    """What a change of many order settings did, and which items it left alone."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = SettingsChange, "pk", "settingschange", "strategies"
    list_url, list_title = "strategies:settings-changes", _("Changes of order settings")

    def rows(self) -> QuerySet[Any]:
        return settings_changes(self.request.user)

    def heading(self) -> str:
        return what_of(self.record.wanted) or str(_("Order settings"))

    def subtitle(self) -> Any:
        return _("No. {number}").format(number=self.record.pk)

    def badges(self) -> list[tuple[str, Any]]:
        return [("proposed", _("Taken back"))] if self.record.undone_at else [("done", _("Done"))]

    def facts(self) -> list[Said]:
        one = self.record
        left = len(one.left) + len(one.kept)
        said = [
            Said(_("Changed"), formats.number(len(one.before))),
            Said(_("Made"), formats.number(len(one.made))),
            Said(_("Left alone"), formats.number(left), "warn" if left else ""),
            Said(_("Site"), one.site or _("All sites")),
            Said(_("When"), formats.moment(one.at)),
            Said(_("By"), one.by),
        ]
        if one.undone_at:
            said.append(Said(_("Taken back"), formats.moment(one.undone_at)))
            said.append(Said(_("by"), one.undone_by))
        return said

    def tabs(self) -> Sequence[RecordTab]:
        one = self.record
        template = "strategies/settings_change.html"
        return [
            RecordTab("done", _("Changed"), template, count=formats.number(count_of(one))),
            RecordTab("left", _("Left alone"), template, count=formats.number(len(one.left) + len(one.kept))),
        ]

    def extra(self) -> dict[str, Any]:
        one = self.record
        if self.tab == "left":
            return {"left": (*one.left, *one.kept)[:SHOWN], "more": max(0, len(one.left) - SHOWN)}
        lines = [
            (item, made, [(LABELS[name], told(name, old), told(name, new)) for name, old, new in values])
            for item, made, values in changed_lines(one, SHOWN)
        ]
        return {"lines": lines, "more": max(0, count_of(one) - SHOWN)}
