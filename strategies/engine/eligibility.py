"""Which resources may do an operation, in which order, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["resource", "group", "type", "capability", "skill"]


@dataclass(frozen=True, slots=True)
class Need:
    """One condition: `value` is the key of a resource, group, capability or skill, or the name of a kind."""

    kind: Kind
    value: int | str
    level: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A resource as it is on the day: `capabilities` by key as (level, priority), `skills` of its person as
    level; only those that hold on the day are there."""

    key: int
    code: str
    kind: str
    group: int
    capabilities: Mapping[int, tuple[Fraction, int]] = field(default_factory=dict)
    skills: Mapping[int, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate and the conditions it does not meet: none of them, and it may do the operation."""

    candidate: Candidate
    missing: tuple[Need, ...]


def judged(needs: Sequence[Need], candidates: Iterable[Candidate]) -> list[Verdict]:
    """Every candidate: those that meet all conditions first, by the priorities of the capabilities that are asked
    for (lowest first, in the order of the conditions), then by code; then the others by how little they lack."""
    verdicts = [Verdict(one, tuple(need for need in needs if not meets(one, need))) for one in candidates]
    return sorted(
        verdicts, key=lambda each: (len(each.missing), _rank(each.candidate, needs), each.candidate.code)
    )


def applicable(needs: Sequence[Need], candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that meet every condition, best first."""
    return [each.candidate for each in judged(needs, candidates) if not each.missing]


def meets(candidate: Candidate, need: Need) -> bool:
    """Whether one condition holds: a level at least as high as asked (Dynamics 365, resource requirements)."""
    if need.kind == "resource":
        return candidate.key == need.value
    if need.kind == "group":
        return candidate.group == need.value
    if need.kind == "type":
        return candidate.kind == need.value
    if need.kind == "capability":
        known = candidate.capabilities.get(int(need.value))
        return known is not None and known[0] >= need.level
    level = candidate.skills.get(int(need.value))
    return level is not None and level >= need.level


def _rank(candidate: Candidate, needs: Sequence[Need]) -> tuple[int, ...]:
    asked = [int(need.value) for need in needs if need.kind == "capability"]
    return tuple(candidate.capabilities.get(key, (Fraction(0), 2**31))[1] for key in asked)
