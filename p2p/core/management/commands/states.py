"""`manage.py states`: the state table of every document, as Markdown for the guide."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Model

from p2p.core.flow import Flow, document
from p2p.core.layers import LAYERS, rank_of
from p2p.core.runs import Run

HEAD = """# States

Which steps each document may take. Written by `python manage.py states > p2p/docs/guide/states.md`; a test holds it
to the code. Services, buttons and `blocked_by` in the API read the same tables.
"""


def flows() -> list[tuple[str, Flow, list[type[Model]]]]:
    """(dotted name, flow, models it may belong to) of every flow beside or inside a model, from left to right."""
    found: dict[int, tuple[str, Flow, list[type[Model]]]] = {}
    for module in _modules():
        beside = [model for model in apps.get_models() if _made_of(model, module.__name__)]
        for name, value in vars(module).items():
            if isinstance(value, Flow) and id(value) not in found:
                found[id(value)] = (f"{module.__name__}.{name}", value, beside)
    for model in apps.get_models():
        for name, value in vars(model).items():
            if isinstance(value, Flow):
                known = found.get(id(value), (f"{model.__module__}.{model.__name__}.{name}", value, []))
                found[id(value)] = (known[0], value, [*known[2], model])
    runs: list[type[Model]] = [model for model in apps.get_models() if issubclass(model, Run)]
    found[id(Run.FLOW)] = ("p2p.core.runs.model.Run.FLOW", Run.FLOW, runs)
    return sorted(found.values(), key=lambda each: (rank_of(each[0]), each[0]))


def _modules() -> Iterator[ModuleType]:
    """The modules of models, deepest first, so that a flow is found where it is made and not where it is passed on."""
    for layer in LAYERS:
        if not apps.is_installed(layer):
            continue
        whole = importlib.import_module(layer)
        models = [
            name for _, name, _ in pkgutil.walk_packages(whole.__path__, f"{layer}.") if ".models" in name
        ]
        yield from (
            importlib.import_module(name) for name in sorted(models, key=lambda name: -name.count("."))
        )


def _made_of(model: type[Model], module: str) -> bool:
    """Whether the model, or an abstract one it is made of, stands in the module."""
    return any(base.__module__ == module for base in model.__mro__)


def title(name: str, models: list[type[Model]]) -> str:
    """`planning.Order` for one document, the flow's own name for several."""
    words = name.removesuffix(".FLOW").removesuffix("_FLOW").rsplit(".", 1)[-1]
    app = name.removeprefix("p2p.").split(".")[0]
    return f"{app}: {words.replace('_', ' ').lower() if words.isupper() else words}"


def markdown() -> str:
    """The whole page."""
    parts = [f"\n## {title(name, models)}\n\n{document(flow)}\n" for name, flow, models in flows()]
    return HEAD + "".join(parts)


class Command(BaseCommand):
    help = "Print the state table of every document as Markdown."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the page."""
        self.stdout.write(markdown(), ending="")
