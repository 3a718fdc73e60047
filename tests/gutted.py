"""`pytest -p tests.gutted`: every service of the coverage tables once more, doing nothing, while its tests run.

For each row and service the row's tests run until one notices, beginning with the one at the service's own place (a
row names its tests in the order of its services). A service that nobody misses is listed, and so is a service that no
row names. Both fail the run. Two processes share the work with `-n 2 --dist each`; `--gutted-part 2/3` guts the
second third of the services only, so that a night may do what a quick run leaves out.

What counts as noticed: the test itself fails (its call, not its fixtures and not what cleans up behind it), and fails
by itself: one that waits in vain for what the service would have done is stopped after some seconds and proves
nothing. The service does nothing during the call alone, so that fixtures may use it to build what they need. Where
that goes unnoticed the test runs again with the service doing nothing in the fixtures, too: then the fixture made the
act, and a test that fails afterwards has looked at what the act left behind. A fixture that fails proves nothing.

Tests in a browser, and those that kill whole processes, are left out: the service runs elsewhere, out of reach. A row
that names one names another test as well. A function is gutted in place (its code returns None), so that everybody
who has imported it sees it empty.
"""

from __future__ import annotations

import faulthandler
import inspect
import pkgutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib import import_module
from types import CodeType
from typing import Any

import pytest
from _pytest.runner import call_and_report
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings

ELSEWHERE = ("tests/browser/", "tests/setup/")
"""Tests of services that run in another process."""
TOLD_OF = ("strategies.services", "p2p.inventory.services")
"""Where the services of the tables live."""
SECONDS = 20
"""More than any test of the tables takes; one that is not done by then waits for what never comes."""
UNNOTICED = (
    "Each service below did nothing, and the tests that its row of p2p/docs/coverage names passed all the same: let one"
    " of them look at what the service leaves behind, or name one that does (a journey in the browser is not counted)."
)
UNTOLD = "Each service below acts for somebody, and no row of p2p/docs/coverage names it: name it, or take it away."
SAID = "gutted"
"""Where a process that shares the work puts what it found."""


class WaitsForEver(BaseException):
    """Not caught by what catches every Exception."""


def nothing(*_arguments: Any, **_named: Any) -> None:
    """What a gutted service does."""


def _promises() -> Sequence[Any]:
    # A plugin is loaded before there are settings; what reads the tables asks for them.
    from tests.architecture.coverage import promises

    return promises()


def _within(promise: Any) -> list[str]:
    return [test for test in promise.test if not test.startswith(ELSEWHERE)]


# ---- doing nothing


@contextmanager
def gutted(path: str) -> Iterator[None]:
    """The function, or all methods of the class, at a dotted path do nothing."""
    thing = _named(path)
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


def _named(path: str) -> Any:
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)


@contextmanager
def limited() -> Iterator[None]:
    """Raises WaitsForEver in the test when it takes too long."""

    def stop(_number: int, _frame: Any) -> None:
        raise WaitsForEver

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# ---- one test


class Trials:
    """The collected tests, and what each did when a service did nothing."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._items: dict[str, list[pytest.Item]] = {}
        for item in items:
            self._items.setdefault(item.nodeid.partition("[")[0], []).append(item)
        self._known: dict[tuple[str, str, bool], str] = {}

    def proof(self, tests: Sequence[str], service: str) -> tuple[str, list[str]]:
        """The first of these tests that notices, "" when none does; and what became of the others."""
        passed: list[str] = []
        for fixtures in (False, True):
            for test in tests:
                said = self._said(test, service, fixtures)
                if said == "noticed":
                    return test, passed
                if said != "passes":
                    passed.append(f"{test.rpartition('::')[2]} {said}")
        return "", passed

    def _said(self, test: str, service: str, fixtures: bool) -> str:
        """ "noticed", "passes", or why it is no proof. Of a test with several cases the first that fails counts."""
        key = test, service, fixtures
        if key not in self._known:
            cases = (self._run(item, service, fixtures) for item in self._items.get(test, ()))
            self._known[key] = next((one for one in cases if one != "passes"), "passes")
        return self._known[key]

    def _run(self, item: Any, service: str, fixtures: bool) -> str:
        """One case with the service gutted in its call; with `fixtures`, while it is set up as well."""
        item._initrequest()  # as the runner does before every test
        with gutted(service) if fixtures else nullcontext():
            ready = call_and_report(item, "setup", log=False)
        said = "passes" if fixtures else "cannot be set up"
        if ready.passed:
            with gutted(service):
                said = self._call(item)
        # Down to the session: which test comes next is not known, and the database is the session's.
        call_and_report(item, "teardown", log=False, nextitem=item.session)
        item._request, item.funcargs = False, None
        return said

    def _call(self, item: Any) -> str:
        with limited():
            report = call_and_report(item, "call", log=False)
        if not report.failed:
            return "passes"
        return "waits in vain" if WaitsForEver.__name__ in str(report.longrepr) else "noticed"


# ---- the whole


def _found(
    items: Sequence[pytest.Item], part: tuple[int, int], share: tuple[int, int]
) -> dict[str, list[str]]:
    """What is wrong with the services of one share of a part: "unnoticed" and "untold" lines, and "gutted" ones."""
    trials = Trials(items)
    services = sorted({service for promise in _promises() for service in promise.service})
    mine = set(services[part[0] :: part[1]][share[0] :: share[1]])
    found: dict[str, list[str]] = {
        "gutted": [],
        "unnoticed": [],
        "untold": _untold() if share[0] == 0 else [],
    }
    for promise in _promises():
        for place, service in enumerate(promise.service):
            if service in mine:
                test, others = trials.proof(_turned(_within(promise), place), service)
                found["gutted"].append(f"{promise} | {service} | {test}")
                if not test:
                    found["unnoticed"].append(
                        f"{promise} | {service}{''.join(f' ({one})' for one in others)}"
                    )
    return found


def _turned(tests: list[str], place: int) -> list[str]:
    """The third service's test is most likely the third: a row names its tests in the order of its services."""
    first = min(place, len(tests) - 1)
    return tests[first : first + 1] + tests[:first] + tests[first + 1 :] if tests else []


def _untold() -> list[str]:
    """Services of the apps that have a table which no row names: what takes `by` in a room of services."""
    told = {id(inspect.unwrap(_named(path))) for promise in _promises() for path in promise.service}
    return [
        f"{module.__name__}.{name}"
        for module in _rooms()
        for name, function in sorted(vars(module).items())
        if not name.startswith("_")
        and inspect.isfunction(function)
        and function.__module__ == module.__name__
        and _acts(function)
        and id(inspect.unwrap(function)) not in told
    ]


@cache
def _rooms() -> list[Any]:
    packages = [import_module(name) for name in TOLD_OF]
    names = [
        one.name
        for package in packages
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not one.ispkg
    ]
    return [import_module(name) for name in names]


def _acts(function: Any) -> bool:
    by = inspect.signature(function).parameters.get("by")
    return by is not None and by.kind is by.KEYWORD_ONLY


# ---- pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gutted-part", default="1/1", help="Which part of the services is gutted: 2/3.")


def pytest_configure(config: pytest.Config) -> None:
    """Who names tests wants only those. A counterexample is one, however long: nobody waits for a shorter."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = sorted({test for promise in _promises() for test in _within(promise)})
    hypothesis_settings.register_profile(
        SAID, hypothesis_settings(), phases=(Phase.explicit, Phase.generate), database=None
    )
    hypothesis_settings.load_profile(SAID)
    _part(config)
    config.pluginmanager.register(_Run(), "gutted-run")


class _Run:
    """Everything happens in the place of the last test: only then it is known which there are."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        if nextitem is None:
            # The watches over a single test are not meant for all of them.
            signal.alarm(0)
            faulthandler.cancel_dump_traceback_later()
            self.found = _found(item.session.items, _part(item.config), _share(item.config))
            if hasattr(item.config, "workeroutput"):
                item.config.workeroutput[SAID] = self.found
            item.session._setupstate.teardown_exact(None)
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for kind, lines in getattr(node, "workeroutput", {}).get(SAID, {}).items():
            self.found.setdefault(kind, []).extend(lines)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """No test is counted here, so what was found says how it ended."""
        wrong = not self.found or self.found["unnoticed"] or self.found["untold"]
        if not hasattr(session.config, "workeroutput"):
            session.exitstatus = 1 if wrong else 0

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        gone, idle, untold = (self.found.get(kind, []) for kind in ("gutted", "unnoticed", "untold"))
        for sentence, lines in ((UNTOLD, untold), (UNNOTICED, idle)):
            if lines:
                terminalreporter.write_line(sentence)
            for line in sorted(lines):
                terminalreporter.write_line(f"  {line}")
        terminalreporter.write_line(
            f"{len(gone)} services gutted, {len(idle)} unnoticed, {len(untold)} in no table"
        )


def _part(config: pytest.Config) -> tuple[int, int]:
    """The part that was asked for, counted from 0, and how many parts there are."""
    part, _slash, parts = str(config.getoption("--gutted-part")).partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise pytest.UsageError("--gutted-part wants something like 2/3.")
    return int(part) - 1, int(parts)


def _share(config: pytest.Config) -> tuple[int, int]:
    """Which part of the services this process guts, and how many parts there are."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None:
        return 0, 1
    return int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
