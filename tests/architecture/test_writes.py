"""Only services write, and nobody but a flow moves a state."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import Source, apps, dotted, report

WRITERS = {"services", "writeback", "migrations"}
ALWAYS = {
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "aupdate",
    "acreate",
    "abulk_create",
    "take_many",
}
NOT_ROWS = {
    "form",
    "workbook",
    "book",
    "sheet",
    "canvas",
    "image",
    "pdf",
    "document",
    "chart",
    "zip",
    "archive",
    "figure",
    "session",
    "page",
}
SQL = re.compile(
    r"\A\s*(INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE|COPY\s+\w+\s*\(.*FROM)", re.I | re.S
)
ROWS = re.compile(r"objects|_manager|filter|exclude|queryset|\brows\b|select_for_update|\ball\b")


def may_write(source: Source) -> bool:
    """Services, the ledger, the core and migrations do."""
    return source.layer in {"p2p.core", "p2p.inventory"} or bool(WRITERS & set(source.rooms))


def writes(source: Source) -> list[str]:
    """Calls that write rows, and SQL that does."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node):
            found.append(source.at(node, f"writes: {dotted(node.func)}()"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            found.append(source.at(node, f"writes: {node.value.strip()[:40]}"))
    return found


def _is_write(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    verb, receiver = call.func.attr, dotted(call.func.value)
    last = receiver.rpartition(".")[2].lower().removeprefix("_")
    if verb in ALWAYS:
        return verb != "create" or last != "paragraph"
    if verb == "update":
        named = bool(call.keywords) and not call.args
        return bool(ROWS.search(receiver)) or (named and not receiver.endswith(("context", "kwargs")))
    if verb == "take":
        return receiver.endswith("FLOW")
    return verb in {"save", "delete", "asave", "adelete"} and last not in NOT_ROWS


def moves(source: Source) -> list[str]:
    """State columns written past their flow."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in filter(_state, targets):
                found.append(source.at(node, f"assigns {dotted(target)}: take its flow's step"))
        elif isinstance(node, ast.Call) and dotted(node.func).endswith(".update") and "state" in _given(node):
            found.append(source.at(node, "updates a state: take its flow's step"))
    return found


def _state(target: ast.AST) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "state" and dotted(target.value) != "self"


def _given(call: ast.Call) -> set[str | None]:
    return {word.arg for word in call.keywords}


def test_only_services_the_ledger_and_the_core_write():
    readers = [source for source in apps() if not may_write(source)]
    assert len(readers) > 20
    offences = [offence for source in readers for offence in writes(source)]
    assert not offences, report(offences)


def test_states_move_only_through_their_flow():
    offences = [offence for source in apps() if source.layer != "p2p.core" for offence in moves(source)]
    assert not offences, report(offences)


def test_every_kind_of_write_is_seen():
    bad = [
        "order.save()",
        "Order.objects.create(x=1)",
        "Order.objects.filter(a=1).update(b=2)",
        "rows.update(b=F('a'))",
        "order.delete()",
        "Order.objects.bulk_create([])",
        "cursor.execute('INSERT INTO planning_order VALUES (1)')",
        "cursor.execute('''\n  UPDATE planning_order SET a = 1''')",
        "Order.FLOW.take(order, 'release')",
        "ORDER_FLOW.take_many(rows, 'release')",
        "self.lines.get_or_create(a=1)",
    ]
    for line in bad:
        assert len(writes(Source("planning/views.py", line))) == 1, line


def test_what_is_no_write_is_left_alone():
    good = [
        "seen.update(other)",
        "form.save()",
        "canvas.save()",
        "digest.update(b'x')",
        "context.update(a=1)",
    ]
    for line in good:
        assert writes(Source("planning/views.py", line)) == [], line


def test_a_state_moved_by_hand_is_seen():
    assert moves(Source("planning/services/x.py", "order.state = 'released'"))
    assert moves(Source("planning/services/x.py", "Order.objects.filter(a=1).update(state='released')"))
    assert not moves(Source("planning/services/x.py", "Order.objects.create(state='firm')"))


def test_rooms_that_may_write_are_told_from_those_that_may_not():
    assert may_write(Source("planning/services/firm.py", ""))
    assert may_write(Source("p2p/inventory/ledger.py", ""))
    assert not may_write(Source("planning/reactions.py", ""))
    assert not may_write(Source("p2p/pages/order.py", ""))
