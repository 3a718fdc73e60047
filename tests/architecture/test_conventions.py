"""Conventions worth a sentence in the style, held by a test: names, services, the clock, excuses with a reason."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import Source, apps, dotted, functions, product, report

BANNED = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "data",
    "info",
    "handle",
    "process",
    "misc",
}
CLOCKS = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "timezone.localdate",
    "timezone.localtime",
}
NOQA = re.compile(r"#\s*noqa\b(?P<codes>:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?(?P<reason>.*)")
IGNORE = re.compile(r"#\s*type:\s*ignore(?P<code>\[[\w, -]+\])?")


def banned_names(source: Source) -> list[str]:
    """Files, functions and classes whose name says nothing."""
    found = [source.at(source.tree, f"the file is called {room}") for room in source.rooms if room in BANNED]
    inside = {
        id(child) for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) for child in node.body
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name.lower() in BANNED:
            found.append(source.at(node, f"a class is called {node.name}"))
        # BaseCommand demands a method called handle.
        if isinstance(node, ast.FunctionDef) and node.name in BANNED and id(node) not in inside:
            found.append(source.at(node, f"a function is called {node.name}"))
    return found


def excuses_without_reason(source: Source) -> list[str]:
    """`noqa` without codes or without words; `type: ignore` without its code."""
    found = []
    for number, line in enumerate(source.text.splitlines(), 1):
        noqa, ignore = NOQA.search(line), IGNORE.search(line)
        if noqa and (not noqa["codes"] or len(re.findall(r"[A-Za-z]{2,}", noqa["reason"])) < 2):
            found.append(f"{source.path}:{number} noqa without codes and a reason")
        if ignore and not ignore["code"]:
            found.append(f"{source.path}:{number} type: ignore without its code")
    return found


def other_clocks(source: Source) -> list[str]:
    """The time asked anywhere but in core/clock.py, where a test cannot stop it."""
    return [
        source.at(node, f"asks {dotted(node.func)}(): use p2p.core.clock.now()")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS and not _converts(node)
    ]


def _converts(call: ast.Call) -> bool:
    """`localtime(instant)` shows a given instant; without one it asks the clock."""
    return bool(call.args) and dotted(call.func).startswith("timezone.local")


def loose_services(source: Source) -> list[str]:
    """Writing services whose parameters could be mixed up, or that do not say who acts."""
    found = []
    for function in source.tree.body:
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
            continue
        atomic = any(dotted(mark).endswith("atomic") for mark in function.decorator_list)
        given = function.args
        keyword = [one.arg for one in given.kwonlyargs]
        if given.kwarg:
            found.append(source.at(function, f"{function.name} takes **{given.kwarg.arg}"))
        if not atomic:
            continue
        if given.args or given.posonlyargs:
            found.append(source.at(function, f"{function.name} takes parameters by position"))
        elif keyword[-1:] != ["by"] and ("by" in keyword or _tells(function)):
            found.append(source.at(function, f"{function.name}: the actor `by` comes last"))
        if any(one.annotation is None for one in given.kwonlyargs) or function.returns is None:
            found.append(source.at(function, f"{function.name} is not typed"))
    return found


def _tells(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Call) and dotted(node.func) == "tell" for node in ast.walk(function))


def swallowed(source: Source) -> list[str]:
    """Refused caught where it is not put into words: inside services and engines. An importer is the edge of a
    file: it puts what is refused into the words of a line."""
    found = []
    inner = {"services", "engine", "models", "writeback", "reactions"} & set(source.rooms)
    if not inner or "importer" in source.rooms:
        return found
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            names = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            kinds = {dotted(name) for name in names if name is not None}
            if "Refused" in kinds:
                found.append(source.at(node, "catches Refused: only an edge may"))
            if node.type is None:
                found.append(source.at(node, "catches everything"))
    return found


def star_imports(source: Source) -> list[str]:
    """`from x import *`."""
    return [
        source.at(node, f"imports everything from {node.module}")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names)
    ]


def everywhere(rule, chosen) -> list[str]:
    """All offences of a rule over the chosen files."""
    assert len(chosen) > 5
    return [offence for source in chosen for offence in rule(source)]


def services() -> list[Source]:
    """The services of the apps."""
    return [source for source in apps() if "services" in source.rooms]


def test_names_say_something():
    offences = everywhere(banned_names, product())
    assert not offences, report(offences)


def test_an_excuse_carries_its_reason():
    offences = everywhere(excuses_without_reason, product())
    assert not offences, report(offences)


def test_the_time_is_asked_in_one_place():
    offences = everywhere(other_clocks, [source for source in apps() if source.module != "p2p.core.clock"])
    assert not offences, report(offences)


def test_services_are_called_by_keyword_typed_and_say_who_acts():
    offences = everywhere(loose_services, services())
    assert not offences, report(offences)


def test_a_refusal_reaches_the_edge():
    offences = everywhere(swallowed, apps())
    assert not offences, report(offences)


def test_nothing_is_imported_by_star():
    offences = everywhere(star_imports, product())
    assert not offences, report(offences)


def test_modules_say_what_they_are_for():
    silent = [
        source.path
        for source in product()
        if source.text.strip()
        and not ast.get_docstring(source.tree)
        and not {"migrations", "apps"} & set(source.rooms)
    ]
    assert not silent, report(silent)


def test_each_breach_is_seen():
    service = "planning/services/x.py"
    bad = [
        (banned_names, "planning/utils.py", "a = 1"),
        (banned_names, "planning/x.py", "def process(): ..."),
        (excuses_without_reason, "x.py", "a = 1  # noqa"),
        (excuses_without_reason, "x.py", "a = 1  # noqa: E501"),
        (excuses_without_reason, "x.py", "a = 1  # type: ignore"),
        (other_clocks, "x.py", "a = timezone.now()"),
        (loose_services, service, "@transaction.atomic\ndef f(order: int, *, by: int) -> int: ..."),
        (loose_services, service, "@transaction.atomic\ndef f(*, by: int, order: int) -> int: ..."),
        (loose_services, service, "@transaction.atomic\ndef f(*, order, by: int) -> int: ..."),
        (loose_services, service, "@transaction.atomic\ndef f(*, order: int) -> int:\n    tell(order)"),
        (loose_services, service, "def f(**given): ..."),
        (swallowed, service, "try:\n    f()\nexcept Refused:\n    pass"),
        (swallowed, service, "try:\n    f()\nexcept:\n    pass"),
        (star_imports, "x.py", "from a import *"),
    ]
    for rule, path, text in bad:
        assert len(rule(Source(path, text))) == 1, text


def test_what_keeps_the_conventions_is_left_alone():
    good = [
        (banned_names, "planning/management/commands/x.py", "class Command:\n    def handle(self): ..."),
        (excuses_without_reason, "x.py", "a = 1  # noqa: E501 (a table reads better whole)"),
        (excuses_without_reason, "x.py", "a = 1  # type: ignore[arg-type]"),
        (
            loose_services,
            "planning/services/x.py",
            "@transaction.atomic\ndef f(*, o: int, by: int) -> int: ...",
        ),
        (swallowed, "planning/views.py", "try:\n    f()\nexcept Refused:\n    pass"),
    ]
    for rule, path, text in good:
        assert rule(Source(path, text)) == [], text
    assert list(functions(ast.parse("def f(): ...")))
