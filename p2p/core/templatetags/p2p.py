"""Template tags and filters of the interface: `{% load p2p %}`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms, template
from django.db.models import Model
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_filters.fields import DateRangeField

from p2p.core import access, places, sites
from p2p.core.web import formats, lookup, rail, states
from p2p.core.web import gantt as gantt_words

register = template.Library()
NO_CHOICE = ("", None, "unknown")
FEW_CHOICES = 24

for _name, _said in {
    "num": formats.number, "price": formats.price, "pct": formats.percent, "dur": formats.duration,
    "short": formats.short, "day": formats.day, "daymonth": formats.daymonth, "moment": formats.moment,
    "hour": formats.hour, "ago": formats.ago, "state_colour": states.colour, "state_label": states.label,
}.items():  # fmt: skip
    register.filter(_name, _said)


@register.filter
def signed(value: Any, places_: int | None = None) -> str:
    """With its sign always: variances, differences."""
    return formats.number(value, places_, sign=True)


@register.filter
def weekday(value: Any) -> str:
    return formats.day(value, weekday=True)


@register.filter
def tone(value: Any) -> str:
    """Class for a figure where positive is unfavourable: "bad", "good" or ""."""
    exact = Decimal(str(value)) if value not in (None, "") else Decimal(0)
    return "bad" if exact > 0 else "good" if exact < 0 else ""


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One of the icons in icons.svg; it is decoration, the word beside it speaks."""
    if not name:
        return mark_safe("")
    classes = f"ic {size}".strip()
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#{}"></use></svg>',
        classes,
        static("p2p/icons.svg"),
        name,
    )


@register.simple_tag
def badge(state: Any, text: Any = "", kind: str = "") -> SafeString:
    """`{% badge order %}` (its state, in its own words), `{% badge "late" "3 d 6 h late" %}`."""
    if isinstance(state, Model):
        record: Any = state
        state = record.state
        text = text or (record.get_state_display() if hasattr(record, "get_state_display") else "")
    if state in (None, ""):
        return mark_safe(formats.NONE)
    return format_html(
        '<span class="p-badge {}" data-s="{}">{}</span>',
        kind,
        states.colour(state),
        _upper_first(text or states.label(state)),
    )


def _upper_first(text: Any) -> str:
    """A badge begins with a capital, whatever words the state has in sentences."""
    words = str(text)
    return words[:1].upper() + words[1:]


def _shares(parts: Sequence[tuple[str, Any]], of: Any) -> list[tuple[str, Decimal, Decimal]]:
    """(colour, left, width) in hundredths of `of`, clipped to the bar."""
    whole = Decimal(str(of or 0))
    left, shares = Decimal(0), []
    for colour, value in parts:
        share = Decimal(str(value or 0)) * 100 / whole if whole > 0 else Decimal(0)
        width = max(Decimal(0), min(share, 100 - left))
        if width:
            shares.append((colour, left.quantize(Decimal("0.1")), width.quantize(Decimal("0.1"))))
        left += width
    return shares


@register.simple_tag
def bar(of: Any, good: Any = 0, scrap: Any = 0, plain: Any = 0) -> SafeString:
    """A progress bar of `of`: good green, scrap red, plain blue. It carries its own sentence."""
    shares = _shares([("finished", good), ("late", scrap), ("plain", plain)], of)
    done = sum((width for _colour, _left, width in shares), Decimal(0))
    return format_html(
        '<svg class="p-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{} %">'
        "{}</svg>",
        round(done),
        format_html_join("", '<rect data-s="{}" x="{}" width="{}" height="6"></rect>', shares),
    )


def _user(context: RequestContext) -> Any:
    return context["request"].user


def _allowed(context: RequestContext, roles: Sequence[str]) -> bool:
    return not roles or access.may(_user(context), *roles)


@register.inclusion_tag("components/place.html", takes_context=True)
def place(context: RequestContext, slot: str, record: Any = None, style: str = "card") -> dict[str, Any]:
    """The panels of a slot, each loaded from its own URL. Style: card, plain."""
    panels = [each for each in places.panels(slot, record) if _allowed(context, each.roles)]
    drawn = [{"panel": each, "url": each.url(record)} for each in panels]
    return {"panels": drawn, "style": style, "slot": slot}


@register.inclusion_tag("components/verbs.html", takes_context=True)
def verbs(context: RequestContext, slot: str, record: Any = None, show: int = 3) -> dict[str, Any]:
    """The buttons of a slot: `show` of them in the open, the rest behind "…"; the primary one stands last."""
    allowed = sites.verbs_for(_user(context), places.verbs(slot, record), record)
    drawn: list[dict[str, Any]] = [
        {
            "verb": each,
            "url": each.url(record),
            "refusals": each.refusals(record),
            "primary": each.leads(record),
            "id": f"no-{slot}-{each.key}",
        }
        for each in allowed
    ]
    first = [each for each in drawn if each["primary"]]
    rest = [each for each in drawn if not each["primary"]]
    return {
        "shown": rest[:show] + first,
        "hidden": rest[show:],
        "slot": slot,
        "request": context["request"],
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("components/rail.html", takes_context=True)
def draw_rail(context: RequestContext) -> dict[str, Any]:
    """The navigation for this person, with the current page marked."""
    request, page = context["request"], context.get("page")
    # A record's page may live at an address of its own: its list says where it belongs in the rail.
    home = getattr(page, "list_url", "")
    path = reverse(home) if home else request.path
    return {"areas": rail.areas(request.user, path), "request": request}


@register.inclusion_tag("components/gantt.html")
def gantt(url: str, side: str = "", order: str = "") -> dict[str, Any]:
    """A Gantt over the payload at `url`; see p2p/static/p2p/gantt/README.md."""
    words, legend = gantt_words.words(), gantt_words.legend()
    return {"url": url, "side": side, "order": order, "words": words, "legend": legend}


@register.simple_tag
def panel_of(kind: str, record: Any) -> SafeString:
    """`{% panel_of "journal" order %}`, "talk" or "files": the panel that every record has."""
    url = reverse(f"core:{kind}", args=[record._meta.label_lower, record.pk])
    return format_html(
        '<div class="p-fragment" hx-get="{}" hx-trigger="load, p2p:refresh from:body"></div>', url
    )


@register.simple_tag
def search_url() -> str:
    return places.search_url()


@register.simple_tag
def number_locale() -> str:
    return formats.number_locale()


@register.filter
def initials(user: Any) -> str:
    names = (user.get_full_name() or user.get_username()).replace(".", " ").split()
    return "".join(name[0] for name in names[:2]).upper()


@register.filter
def is_check(field: Any) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_many(field: Any) -> bool:
    """Several of a few choices: boxes to tick say more than a list of one line."""
    widget = field.field.widget
    return isinstance(widget, forms.SelectMultiple) and len(list(widget.choices)) <= FEW_CHOICES


class _Ticks(forms.CheckboxSelectMultiple):
    """Boxes to tick in our clothes: the class belongs on each box, not on the list around them."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        option["attrs"] = {**option["attrs"], "class": "form-check-input"}
        return option


@register.filter
def control(field: Any, nothing: Any = "") -> SafeString:
    """The input of a form field in our clothes, tied to its error and help for screen readers.

    `nothing` is what an empty choice says: "any" in a filter; a form says "none", or "choose" where it must not
    stay empty.
    """
    widget = field.field.widget
    plain = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select"}
    named = next((css for kind, css in plain.items() if isinstance(widget, kind)), "form-control")
    attrs = {"class": f"{widget.attrs.get('class', '')} {named}".strip(), **lookup.looked(field.field)}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"err-{field.auto_id}"}
    elif field.help_text:
        attrs["aria-describedby"] = f"help-{field.auto_id}"
    if field.field.required and field.field.widget.use_required_attribute(field.initial):
        attrs["aria-required"] = "true"
    if is_many(field):
        ticked: SafeString = field.as_widget(widget=_Ticks(choices=widget.choices))
        return ticked
    if isinstance(field.field, DateRangeField):
        for each in widget.widgets:
            each.input_type = "date"
    _dress(widget, nothing=nothing or (_("choose") if field.field.required else _("none")))
    _name_both(widget, field.label)
    drawn: SafeString = field.as_widget(attrs=attrs)
    return format_html('<span class="p-range">{}</span>', drawn) if hasattr(widget, "widgets") else drawn


def _name_both(widget: Any, label: Any) -> None:
    """The two ends of a range have one label between them: each says by itself which end it is."""
    for each, end in zip(getattr(widget, "widgets", ()), (_("from"), _("to")), strict=False):
        each.attrs["aria-label"] = f"{label}, {end}"


def _dress(widget: Any, *, nothing: str) -> None:
    """Dates get the browser's calendar, numbers a text box, an empty choice words instead of dashes."""
    for each in getattr(widget, "widgets", [widget]):
        if isinstance(each, forms.DateInput):
            each.input_type, each.format = "date", "%Y-%m-%d"
        elif isinstance(each, forms.NumberInput):
            # A number box would throw away "12,5 kg" on its way back; a text box keeps what was typed.
            each.input_type = "text"
            each.attrs = {
                key: value for key, value in each.attrs.items() if key not in ("step", "min", "max")
            }
            each.attrs["inputmode"] = "decimal"
        elif isinstance(each, forms.Textarea):
            each.attrs = {"cols": 40, **each.attrs, "rows": min(4, int(each.attrs.get("rows", 4)))}
        elif isinstance(each, forms.Select) and not isinstance(each, forms.SelectMultiple):
            each.choices = [
                ("", label if _speaks(label) else nothing) if key in NO_CHOICE else (key, label)
                for key, label in each.choices
            ]


def _speaks(label: Any) -> bool:
    """Whether a form gave its empty choice words of its own ("The order's place") instead of dashes."""
    return str(label) not in ("", _("Unknown")) and not str(label).startswith("---")


@register.simple_tag
def floor_bar(of: Any, good: Any = 0, scrap: Any = 0, kind: str = "") -> SafeString:
    """The floor's progress bar: good green, scrap red, the rest still to go."""
    kinds = {"finished": "g", "late": "s"}
    shares = _shares([("finished", good), ("late", scrap)], of)
    parts = ((kinds[colour], left, width) for colour, left, width in shares)
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        kind,
        format_html_join("", '<rect class="{}" x="{}" width="{}" height="10"></rect>', parts),
    )


@register.filter
def unlocal(value: Any) -> str:
    """A number for a script: a point, no separators, no trailing zeros."""
    return f"{Decimal(str(value or 0)).normalize():f}"
