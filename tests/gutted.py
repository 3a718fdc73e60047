"""`pytest -p tests.gutted`: every test of the coverage tables once more, with each service it stands for doing nothing.

Only the tests that the tables name are collected, but for those in a browser: they wait half a minute at every step
for what a gutted service would have done, so each service needs another test as well. A test that still passes proves
nothing of its service, and is listed. A function is gutted in place (its code returns None), so that everybody who
has imported it sees it empty.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import CodeType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

BROWSER = "tests/browser/"
TOLD_OF = ("strategies.services.", "p2p.inventory.services.")
"""Where the services of the tables live."""
UNNOTICED = (
    "Each service below did nothing, and the tests that its row of p2p/docs/coverage names passed all the same: let one"
    " of them look at what the service leaves behind, or name one that does (a journey in the browser is not counted)."
)
_proved: dict[tuple[str, str], bool] = {}


def nothing(*_arguments: Any, **_named: Any) -> None:
    """What a gutted service does."""


def _promises() -> Sequence[Any]:
    # A plugin is loaded before there are settings; what reads the tables asks for them.
    from tests.architecture.coverage import promises

    return promises()


def _asked() -> dict[str, list[tuple[str, str]]]:
    """Test -> (promise, service)."""
    asked: dict[str, list[tuple[str, str]]] = {}
    for promise in _promises():
        for test in promise.test:
            if not test.startswith(BROWSER):
                asked.setdefault(test, []).extend((str(promise), service) for service in promise.service)
    return asked


@contextmanager
def gutted(path: str) -> Iterator[None]:
    """The function, or all methods of the class, at a dotted path do nothing."""
    module, _dot, name = path.rpartition(".")
    thing = getattr(import_module(module), name)
    members = vars(thing).values() if inspect.isclass(thing) else [thing]
    functions = [inner for one in members if inspect.isfunction(inner := inspect.unwrap(one))]
    kept: list[tuple[Any, CodeType]] = [
        (one, one.__code__) for one in functions if not one.__code__.co_freevars
    ]
    for one, _code in kept:
        one.__code__ = nothing.__code__
    try:
        yield
    finally:
        for one, code in kept:
            one.__code__ = code


def pytest_configure(config: pytest.Config) -> None:
    """Who names tests wants only those."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = sorted(_asked())
        _proved.update({(str(each), service): False for each in _promises() for service in each.service})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    asked = _asked()
    items[:] = [item for item in items if item.nodeid.partition("[")[0] in asked]


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    # Without a next test pytest would take everything down that the session shares, the database first of all.
    following = nextitem or next((one for one in item.session.items if one is not item), None)
    for promise, service in _asked()[item.nodeid.partition("[")[0]]:
        if _proved.get((promise, service)):
            continue
        with gutted(service):
            reports = runtestprotocol(item, log=False, nextitem=following)
        _proved[promise, service] = any(report.failed for report in reports)
    if nextitem is None:
        item.session._setupstate.teardown_exact(None)
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """No test is counted here, so what was proved says how it ended."""
    session.exitstatus = 0 if _proved and all(_proved.values()) else 1


def _untold() -> list[str]:
    """Services of the apps that have a table which no row names: what takes `by` in a room of services."""
    told = {id(_named(path)) for promise in _promises() for path in promise.service}
    found = []
    for name, module in sorted(sys.modules.items()):
        if not name.startswith(TOLD_OF):
            continue
        for function in vars(module).values():
            own = inspect.isfunction(function) and function.__module__ == name
            if own and not function.__name__.startswith("_") and id(function) not in told and _acts(function):
                found.append(f"{name}.{function.__name__}")
    return found


def _named(path: str) -> Any:
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)


def _acts(function: Any) -> bool:
    by = inspect.signature(function).parameters.get("by")
    return by is not None and by.kind is by.KEYWORD_ONLY


def pytest_terminal_summary(terminalreporter: Any) -> None:
    idle = [f"{promise} | {service}" for (promise, service), proved in _proved.items() if not proved]
    for path in _untold() if _proved else ():
        terminalreporter.write_line(f"in no table: {path}")
    terminalreporter.write_line(f"{len(_proved)} services gutted, {len(idle)} unnoticed")
    if idle:
        terminalreporter.write_line(UNNOTICED)
    for line in sorted(idle):
        terminalreporter.write_line(f"UNNOTICED {line}")
