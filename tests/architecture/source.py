"""The product's own files, parsed: what the rules of the house are read from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from p2p.core.layers import LAYERS, layer_of, rank_of

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("p2p", "strategies", "planning", "execution", "outsourcing", "quality", "costing")
LABELS = {layer.rpartition(".")[2]: layer for layer in LAYERS}


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, which app it belongs to, what it says."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """Its dotted name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def layer(self) -> str:
        """The app it belongs to, "" for the composition root, the demo and the like."""
        return layer_of(self.module)

    @property
    def rank(self) -> int:
        """Position of its app from the left."""
        return rank_of(self.module)

    @property
    def rooms(self) -> tuple[str, ...]:
        """The folders and file below the app: ("services", "release")."""
        return tuple(self.module.removeprefix(self.layer).strip(".").split("."))

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed."""
        return ast.parse(self.text, self.path)

    def at(self, node: ast.AST, words: str) -> str:
        """An offence as an editor can open it: path:line words."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {words}"


def product() -> list[Source]:
    """Every Python file of the product, generated migrations apart."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = path.relative_to(ROOT).as_posix()
            if "/migrations/0" not in relative and "/static/" not in relative:
                found.append(Source(relative, path.read_text(encoding="utf-8")))
    return found


def apps() -> list[Source]:
    """The files of the apps, without the composition root, demo, bench and setup."""
    return [source for source in product() if source.layer]


def files(folder: str, *endings: str) -> Iterator[tuple[str, str]]:
    """(path, text) of templates or scripts."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and path.suffix in endings and "vendor" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes and calls: `a.b().c` is "a.b.c"; "" in front of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return ""


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of the nodes that are documentation, not code."""
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            found |= {
                id(line.value)
                for line in body
                if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
            }
    return found


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every text in the code, documentation apart."""
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


def report(offences: list[str]) -> str:
    """The offences, one a line, for an assertion."""
    return "\n" + "\n".join(offences)
