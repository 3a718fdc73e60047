"""Places: a page names a slot, and apps on its right put panels, verbs and navigation into it by URL name.

Registered once, in `AppConfig.ready` (or a module it imports). Nothing here knows an app: order within a
slot is `order`, then the order of registration, which is the order of the layers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Model
from django.urls import NoReverseMatch, reverse

Words: TypeAlias = Any
"""A string or a lazy translation."""
Condition: TypeAlias = Callable[[Any], bool]
Objections: TypeAlias = Callable[[Any], Sequence[Words]]
Service: TypeAlias = Callable[..., Any]
Where: TypeAlias = Callable[[Any], Model]


@dataclass(frozen=True, kw_only=True)
class Nav:
    """One line of the rail. `count(user)` gives the number beside it; `hot` paints it red."""

    section: str
    title: Words
    url_name: str
    order: int = 100
    icon: str = ""
    roles: tuple[str, ...] = ()
    count: Callable[[Any], int | None] | None = None
    hot: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A fragment with its own URL, called with the record's primary key (none for pages without a record)."""

    slot: str
    key: str
    title: Words
    url_name: str
    order: int = 100
    when: Condition | None = None
    count: Callable[[Any], int | None] | None = None
    roles: tuple[str, ...] = ()

    def url(self, record: Any) -> str:
        return reverse(self.url_name, args=_args(record))


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A button. With `url_name` it opens a form (or posts there); with `service` the page posts and calls
    `service(**{argument: record}, by=user)` itself."""

    slot: str
    key: str
    title: Words
    url_name: str = ""
    service: Service | None = None
    argument: str = ""
    model: type[Model] | None = None
    order: int = 100
    icon: str = ""
    roles: tuple[str, ...] = ()
    primary: bool | Condition = False
    danger: bool = False
    post: bool = False
    page: bool = False
    anywhere: bool = False
    confirm: Words = ""
    when: Condition | None = None
    objections: Objections | None = None
    at: Where | None = None

    @property
    def posts(self) -> bool:
        """Whether pressing it posts at once. Templates must not touch `service`: they would call it."""
        return self.post or self.service is not None

    def leads(self, record: Any) -> bool:
        """Whether it is the main button of the record as it is now."""
        return self.primary(record) if callable(self.primary) else self.primary

    def url(self, record: Any) -> str:
        if self.service is not None:
            return reverse("core:act", args=[self.slot, self.key, *_args(record)])
        return reverse(self.url_name, args=_args(record))

    def refusals(self, record: Any) -> list[str]:
        """The sentences that speak against it now; empty when it can be done."""
        return [str(each) for each in self.objections(record)] if self.objections else []


def _args(record: Any) -> list[Any]:
    return [] if record is None or record == "" else [record.pk]


_navs: dict[str, Nav] = {}
_panels: dict[str, dict[str, Panel]] = defaultdict(dict)
_verbs: dict[str, dict[str, Verb]] = defaultdict(dict)
_search: list[str] = []


def nav(
    *,
    section: str,
    title: Words,
    url_name: str,
    order: int = 100,
    count: Callable[[Any], int | None] | None = None,
    roles: Sequence[str] = (),
    icon: str = "",
    hot: bool = False,
) -> None:
    """Add a line to the rail under `section`: an app's label, "top" (before the areas) or "foot" (after)."""
    _navs[url_name] = Nav(
        section=section,
        title=title,
        url_name=url_name,
        order=order,
        count=count,
        roles=tuple(roles),
        icon=icon,
        hot=hot,
    )


def panel(
    slot: str,
    *,
    key: str,
    title: Words,
    url_name: str,
    order: int = 100,
    when: Condition | None = None,
    count: Callable[[Any], int | None] | None = None,
    roles: Sequence[str] = (),
) -> None:
    """Put a panel into a slot; its URL gets the record's primary key and answers with a fragment."""
    _panels[slot][key] = Panel(
        slot=slot,
        key=key,
        title=title,
        url_name=url_name,
        order=order,
        when=when,
        count=count,
        roles=tuple(roles),
    )


def verb(
    slot: str,
    *,
    key: str,
    title: Words,
    url_name: str = "",
    service: Service | None = None,
    argument: str = "",
    model: type[Model] | None = None,
    order: int = 100,
    icon: str = "",
    roles: Sequence[str] = (),
    primary: bool | Condition = False,
    danger: bool = False,
    post: bool = False,
    page: bool = False,
    anywhere: bool = False,
    confirm: Words = "",
    when: Condition | None = None,
    objections: Objections | None = None,
    at: Where | None = None,
) -> None:
    """Put a button into a slot.

    `url_name` opens that form in a dialog, or as a whole page with `page=True`, or is posted to at once with
    `post=True`. `service`, `model` and `argument` instead name a service that needs nothing but the record.
    `objections(record)` gives the sentences that make it grey. Who holds no role where the record lies does not see
    it, unless it is for them `anywhere`: then what it opens asks for the place. `at(record)` names another record where
    the role must be held instead. `primary` is the main button of the page, or says whether it is for this record.
    """
    if (service is None) == (not url_name):
        raise ValueError(f"verb {slot}/{key} needs either url_name or service")
    if service is not None and (model is None or not argument):
        raise ValueError(f"verb {slot}/{key} with a service needs model and argument")
    there = _verbs[slot].get(key)
    if there and (there.url_name, there.service) != (url_name, service):
        raise ValueError(f"verb {slot}/{key} is there already: two pages share the slot {slot}")
    _verbs[slot][key] = Verb(
        slot=slot,
        key=key,
        title=title,
        url_name=url_name,
        service=service,
        argument=argument,
        model=model,
        order=order,
        icon=icon,
        roles=tuple(roles),
        primary=primary,
        danger=danger,
        post=post,
        page=page,
        anywhere=anywhere,
        confirm=confirm,
        when=when,
        objections=objections,
        at=at,
    )


def search(url_name: str) -> None:
    """Name the endpoint that answers `?q=` with a fragment of results for the Ctrl+K palette."""
    _search[:] = [url_name]


def search_url() -> str:
    """Where the palette searches; "" while nobody answers."""
    try:
        return reverse(_search[0]) if _search else ""
    except NoReverseMatch:
        return ""


def navs() -> list[Nav]:
    return sorted(_navs.values(), key=lambda each: each.order)


def panels(slot: str, record: Any = None) -> list[Panel]:
    """The panels of a slot that apply to the record, in order."""
    found = [each for each in _panels.get(slot, {}).values() if each.when is None or each.when(record)]
    return sorted(found, key=lambda each: each.order)


def verbs(slot: str, record: Any = None) -> list[Verb]:
    """The verbs of a slot that apply to the record, in order."""
    found = [each for each in _verbs.get(slot, {}).values() if each.when is None or each.when(record)]
    return sorted(found, key=lambda each: each.order)


def find_verb(slot: str, key: str) -> Verb | None:
    return _verbs.get(slot, {}).get(key)
