"""The order of the apps, left to right: imports go left, facts travel right."""

from __future__ import annotations

LAYERS = (
    "p2p.core",
    "strategies",
    "p2p.inventory",
    "planning",
    "execution",
    "outsourcing",
    "quality",
    "costing",
    "p2p.pages",
)


def layer_of(module: str) -> str:
    """The app a dotted module name belongs to, or "" when it belongs to none (tests, the composition root)."""
    for layer in LAYERS:
        if module == layer or module.startswith(layer + "."):
            return layer
    return ""


def rank_of(module: str) -> int:
    """Position from the left; modules outside the apps count as right of all."""
    layer = layer_of(module)
    return LAYERS.index(layer) if layer else len(LAYERS)
