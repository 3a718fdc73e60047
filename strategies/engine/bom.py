"""Bills of material as a graph in which nothing may go into itself."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=int | str)


class Loop(ValueError):
    """An item goes into itself; `path` leads from it round to itself."""

    def __init__(self, path: Sequence[int | str]) -> None:
        super().__init__("an item goes into itself: " + " > ".join(str(step) for step in path))
        self.path = tuple(path)


@dataclass(frozen=True, slots=True)
class Line(Generic[Key]):
    """`per` units of the component for each unit of the parent, scrap and unit conversion already in it."""

    parent: Key
    component: Key
    per: Fraction


def loop_through(parent: Key, component: Key, lines: Iterable[Line[Key]]) -> tuple[Key, ...]:
    """The loop that a new line parent - component would close, as a path, or () if it closes none.

    For the moment of saving one line: breadth first from the component down, so the path is a shortest one.
    """
    below: dict[Key, list[Key]] = defaultdict(list)
    for line in lines:
        below[line.parent].append(line.component)
    came: dict[Key, Key] = {}
    waiting = deque([component])
    seen = {component}
    while waiting and parent not in seen:
        node = waiting.popleft()
        for down in below.get(node, ()):
            if down not in seen:
                seen.add(down)
                came[down] = node
                waiting.append(down)
    if parent not in seen:
        return ()
    path = [parent]
    while path[-1] != component:
        path.append(came[path[-1]])
    return (parent, *reversed(path))
