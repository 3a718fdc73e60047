"""The elements that postings go under."""

from __future__ import annotations

from costing.models import CostElement


def element_for(kind: str) -> CostElement:
    """The element that postings of a kind go under; made on first use, so that nothing is lost."""
    found = CostElement.objects.filter(kind=kind).order_by("code").first()
    if found is not None:
        return found
    label = str(CostElement.Kind(kind).label)
    made, _new = CostElement.objects.get_or_create(code=kind, defaults={"name": label, "kind": kind})
    return made
