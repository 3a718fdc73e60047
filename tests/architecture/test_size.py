"""Small functions, small files, few levels."""

from __future__ import annotations

import ast

from tests.architecture.source import ROOT, Source, functions, product, report

LINES, FILE, DEPTH = 40, 300, 3
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.Match)


def counted() -> list[Source]:
    """Everything but kernels (and migrations, which product() leaves out)."""
    return [source for source in product() if not source.rooms[-1].startswith("kernel")]


def long_functions(source: Source) -> list[str]:
    """Functions of more than 40 lines; neither signature nor documentation counts."""
    found = []
    for function in functions(source.tree):
        first, *others = function.body
        documented = ast.get_docstring(function, clean=False) is not None
        begins = (others[0].lineno if others else function.end_lineno or 0) if documented else first.lineno
        lines = (function.end_lineno or 0) - begins + 1
        if lines > LINES:
            found.append(source.at(function, f"{function.name} has {lines} lines"))
    return found


def deep_functions(source: Source) -> list[str]:
    """Functions with blocks more than three deep."""
    return [
        source.at(function, f"{function.name} is {depth(function)} blocks deep")
        for function in functions(source.tree)
        if depth(function) > DEPTH
    ]


def depth(node: ast.AST, branch: bool = False) -> int:
    """How many blocks lie inside each other; elif counts as its if."""
    deepest = 0
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(
                child, (ast.FunctionDef, ast.ClassDef, ast.Lambda)
            ):
                continue
            elif_ = (
                isinstance(node, ast.If)
                and name == "orelse"
                and isinstance(child, ast.If)
                and len(value) == 1
            )
            deepest = max(deepest, depth(child, elif_) + (isinstance(child, BLOCKS) and not elif_))
    return deepest


def test_no_function_is_too_long():
    offences = [offence for source in counted() for offence in long_functions(source)]
    assert not offences, report(offences)


def test_no_file_is_too_long():
    offences = [
        f"{source.path} has {len(source.text.splitlines())} lines"
        for source in counted()
        if len(source.text.splitlines()) > FILE
    ]
    assert not offences, report(offences)


def test_no_function_is_too_deep():
    offences = [offence for source in counted() for offence in deep_functions(source)]
    assert not offences, report(offences)


def test_length_and_depth_are_seen():
    long = Source("planning/x.py", "def f():\n" + "    a = 1\n" * 41)
    assert long_functions(long) and not long_functions(Source("x.py", "def f():\n" + "    a = 1\n" * 40))
    documented = 'def f():\n    """' + "words\n" * 60 + '    """\n    return 1\n'
    assert not long_functions(Source("x.py", documented))
    lines = ["def f(x):", "    for a in x:", "        if a:", "            with a:"]
    body = "\n".join([*lines, "                while a:", "                    pass"])
    assert deep_functions(Source("x.py", body))
    assert not deep_functions(Source("x.py", "\n".join([*lines, "                pass"])))
    chain = "def f(x):\n" + "".join(f"    {'el' if n else ''}if x == {n}:\n        pass\n" for n in range(9))
    assert not deep_functions(Source("x.py", chain))


def test_no_script_of_a_page_is_too_long():
    scripts = sorted(path for path in (ROOT / "p2p" / "static").rglob("*.js") if "vendor" not in path.parts)
    assert len(scripts) > 20, "they are elsewhere: this proves nothing"
    long = [
        f"{path.name} has {count} lines" for path in scripts if (count := len(path.open().readlines())) > FILE
    ]
    assert not long, report(long)
