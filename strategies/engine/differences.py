"""What differs between two lists of the same kind: entries added, removed, changed, in the order of the newer one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Sign: TypeAlias = Literal["added", "removed", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`key` says what it is about (several entries may share one), `values` what it says."""

    key: Hashable
    title: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes`: (field, before, after) of what both have, in the order of the fields."""

    sign: Sign
    before: Entry | None
    after: Entry | None
    changes: tuple[tuple[str, object, object], ...] = ()

    @property
    def title(self) -> str:
        entry = self.after or self.before
        return entry.title if entry else ""


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> list[Difference]:
    """Entries with the same key are paired: the most alike first, else in their order. Linear in the entries,
    quadratic only among those that share a key. Removed entries follow those that are still there."""
    waiting: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in before:
        waiting[entry.key].append(entry)
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in after:
        groups[entry.key].append(entry)
    partner = {
        id(new): old for key, news in groups.items() for new, old in _pairs(waiting.get(key, []), news)
    }
    used = {id(old) for old in partner.values()}
    found = [_compare(partner.get(id(new)), new) for new in after]
    return [*found, *(Difference("removed", old, None) for old in before if id(old) not in used)]


def _pairs(olds: Sequence[Entry], news: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    if len(olds) <= 1 and len(news) <= 1:
        return [(news[0], olds[0])] if olds and news else []
    ranked = sorted(
        (len(_changes(old, new)), here, there)
        for here, new in enumerate(news)
        for there, old in enumerate(olds)
    )
    taken_new: set[int] = set()
    taken_old: set[int] = set()
    found = []
    for _count, here, there in ranked:
        if here not in taken_new and there not in taken_old:
            taken_new.add(here)
            taken_old.add(there)
            found.append((news[here], olds[there]))
    return found


def _compare(old: Entry | None, new: Entry) -> Difference:
    if old is None:
        return Difference("added", None, new)
    changes = _changes(old, new)
    return Difference("changed" if changes else "same", old, new, changes)


def _changes(old: Entry, new: Entry) -> tuple[tuple[str, object, object], ...]:
    fields = dict.fromkeys((*old.values, *new.values))
    return tuple(
        (name, old.values.get(name), new.values.get(name))
        for name in fields
        if old.values.get(name) != new.values.get(name)
    )
