"""Imports, calls, relations, addresses and table names go left."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps as registry
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from p2p.core.layers import LAYERS, layer_of, rank_of
from tests.architecture.source import LABELS, Source, apps, files, report, strings

ROOT_MODULES = ("p2p.urls", "p2p.api", "p2p.demo", "p2p.bench", "p2p.setup", "p2p.celery", "p2p.settings")
REFERENCE = re.compile(rf"({'|'.join([*LABELS, *LAYERS])})[.:][\w.-]+".replace("p2p.", r"p2p\."))


def imported(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every module a file imports, wherever in it, also only for types."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node, f"{node.module}.{name.name}") for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "relative"


def wrong_imports(source: Source) -> list[str]:
    """Imports of an app on the right, of the composition root, or by a relative path."""
    found = []
    for node, name in imported(source):
        root = name.startswith(ROOT_MODULES) and not name.startswith("p2p.settings_")
        if name == "relative":
            found.append(source.at(node, "imports by a relative path"))
        elif (layer_of(name) and rank_of(name) > source.rank) or root:
            found.append(source.at(node, f"imports {name}, which is on its right"))
    return found


def wrong_strings(source: Source) -> list[str]:
    """Dotted names, model labels and url names of an app on the right, written as text."""
    found = []
    for node in strings(source.tree):
        match = REFERENCE.fullmatch(node.value)
        if match:
            name = match.group(1)
            layer = LABELS.get(name, name)
            if rank_of(layer) > source.rank:
                found.append(source.at(node, f"names {node.value}, which is on its right"))
    return found


def hidden_imports(source: Source) -> list[str]:
    """Imports of our own modules inside functions: they hide a wrong direction or a cycle.

    AppConfig.ready has to (models are not loaded before), and an app's own engine may be loaded where it is used.
    """
    if source.rooms[-1] == "apps":
        return []
    found = []
    for function in ast.walk(source.tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        inner = Source(source.path, "")
        for node, name in imported_in(function):
            own_engine = name.startswith(f"{source.layer}.engine")
            if (layer_of(name) or name.startswith("p2p.")) and not own_engine:
                found.append(inner.at(node, f"imports {name} inside {function.name}"))
    return found


def imported_in(function: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Imports directly or deeper inside a function."""
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom):
            yield node, node.module or "relative"
        elif isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)


def wrong_relations(models: list[type[Model]]) -> list[str]:
    """Relations to an app on the right, and relations between apps that the left could walk back."""
    found = []
    for model in models:
        for field in model._meta.get_fields(include_hidden=False):
            remote = getattr(field, "remote_field", None)
            if not remote or field.auto_created or not isinstance(remote.model, type):
                continue
            here, there = layer_of(model.__module__), layer_of(remote.model.__module__)
            if not here or not there or here == there:
                continue
            name = f"{model._meta.label}.{field.name} → {remote.model._meta.label}"
            if rank_of(there) > rank_of(here):
                found.append(f"{name} points right")
            elif not (remote.related_name or "").endswith("+"):
                found.append(f'{name} needs related_name="+"')
    return found


def tables() -> dict[str, str]:
    """Table -> app, of every app of the house."""
    return {
        model._meta.db_table: layer_of(model.__module__)
        for model in registry.get_models(include_auto_created=True)
        if layer_of(model.__module__)
    }


def wrong_tables(source: Source, known: dict[str, str]) -> list[str]:
    """Tables of an app on the right named in a text (raw SQL)."""
    found = []
    for node in strings(source.tree):
        for word in sorted(set(re.findall(r"\b[a-z]+_[a-z0-9_]+\b", node.value)) & set(known)):
            if rank_of(known[word]) > source.rank:
                found.append(source.at(node, f"names the table {word} of {known[word]}"))
    return found


URL_TAG = re.compile(r"""\{%-?\s*url\s+['"]([\w-]+):[\w:.-]+['"]""")
URL_TEXT = re.compile(rf"""['"`](?:/api/v1)?/({"|".join(LABELS)})/""")


def wrong_addresses(path: str, text: str) -> list[str]:
    """URL names (templates) and addresses (scripts) of an app on the right."""
    parts = path.split("/")
    label = next((part for part in parts[1:-1] if part in LABELS), "core")
    mine = rank_of(LABELS[label])
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for name in [*URL_TAG.findall(line), *URL_TEXT.findall(line)]:
            if name in LABELS and rank_of(LABELS[name]) > mine:
                found.append(f"{path}:{number} names an address of {name}, which is on its right")
    return found


@pytest.mark.parametrize("rule", [wrong_imports, wrong_strings, hidden_imports])
def test_no_file_reaches_to_its_right(rule):
    offences = [offence for source in apps() for offence in rule(source)]
    assert not offences, report(offences)


def test_relations_point_left_and_cannot_be_walked_back():
    models = [model for model in registry.get_models() if layer_of(model.__module__)]
    assert len(models) > 20
    offences = wrong_relations(models)
    assert not offences, report(offences)


def test_sql_names_only_its_own_tables_and_those_on_the_left():
    known = tables()
    assert known["core_journal"] == "p2p.core"
    offences = [offence for source in apps() for offence in wrong_tables(source, known)]
    assert not offences, report(offences)


def test_templates_and_scripts_name_only_addresses_of_their_own_app_or_the_left():
    pages = [*files("templates", ".html", ".txt"), *files("p2p/static/p2p", ".js")]
    assert len(pages) > 5
    offences = [offence for path, text in pages for offence in wrong_addresses(path, text)]
    assert not offences, report(offences)


def wrong_dependencies(label: str, depends: list[tuple[str, str]]) -> list[str]:
    """Migrations that wait for an app on the right: then the left could not be installed alone."""
    mine = rank_of(LABELS[label])
    return [
        f"{label} waits for {app}.{name}"
        for app, name in depends
        if app in LABELS and rank_of(LABELS[app]) > mine
    ]


def test_migrations_wait_only_for_the_left():
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    ours = {key: migration for key, migration in known.items() if key[0] in LABELS}
    assert len(ours) > 5
    offences = [one for (app, _), step in ours.items() for one in wrong_dependencies(app, step.dependencies)]
    assert not offences, report(offences)


def test_every_app_is_in_the_list_of_layers():
    ours = [
        config.name
        for config in registry.get_app_configs()
        if config.name.split(".")[0] in {layer.split(".")[0] for layer in LAYERS}
        and config.name != "p2p.setup"
    ]
    assert ours == [layer for layer in LAYERS if layer in ours]
    assert set(ours) == set(LAYERS)


# -- the rules see what they are for


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("planning/services/x.py", "from quality.models import Inspection", wrong_imports),
        ("planning/services/x.py", "import costing", wrong_imports),
        ("p2p/core/x.py", "if TYPE_CHECKING:\n    from planning.models import Order", wrong_imports),
        ("planning/x.py", "def f():\n    from execution import services", wrong_imports),
        ("planning/x.py", "from .models import Order", wrong_imports),
        ("quality/x.py", "from p2p.urls import urlpatterns", wrong_imports),
        ("p2p/inventory/x.py", "f = import_string('costing.services.post.post')", wrong_strings),
        ("planning/models/x.py", "a = models.ForeignKey('quality.Inspection')", wrong_strings),
        ("planning/views.py", "reverse('execution:job', args=[1])", wrong_strings),
        ("planning/services/x.py", "def f():\n    from planning.models import Order", hidden_imports),
        (
            "planning/services/x.py",
            "class A:\n    def f(self):\n        import strategies.models",
            hidden_imports,
        ),
    ],
)
def test_a_reach_to_the_right_is_seen(path, text, rule):
    assert len(rule(Source(path, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("planning/services/x.py", "from strategies.models import Item\nfrom planning.models import Order"),
        ("planning/services/x.py", "def f():\n    from planning.engine.mrp import plan\n    import ortools"),
        ("quality/x.py", "'planning.Operation'; 'quality:list'; 'planning orders.'"),
        ("planning/apps.py", "def ready(self):\n    from planning import reactions"),
    ],
)
def test_what_is_allowed_is_left_alone(path, text):
    source = Source(path, text)
    assert [*wrong_imports(source), *wrong_strings(source), *hidden_imports(source)] == []


def test_a_table_on_the_right_is_seen():
    source = Source(
        "planning/services/x.py", "cursor.execute('SELECT * FROM quality_thing q JOIN planning_x')"
    )
    assert len(wrong_tables(source, {"quality_thing": "quality", "planning_x": "planning"})) == 1


def test_a_migration_that_waits_for_the_right_is_seen():
    assert wrong_dependencies("planning", [("quality", "0001_initial"), ("strategies", "0001_initial")]) == [
        "planning waits for quality.0001_initial"
    ]


def test_an_address_on_the_right_is_seen():
    assert wrong_addresses("templates/planning/order.html", "<a href=\"{% url 'quality:list' %}\">")
    assert wrong_addresses("p2p/static/p2p/planning/gantt.js", "fetch('/api/v1/costing/orders/')")
    assert wrong_addresses("templates/base.html", "{% url 'planning:orders' %}")
    assert not wrong_addresses("templates/quality/x.html", "{% url 'planning:orders' %}{% url 'login' %}")


def test_a_relation_that_can_be_walked_back_is_seen():
    class Remote:
        model, related_name = registry.get_model("strategies", "item"), None

    class Field:
        name, remote_field, auto_created = "item", Remote, False

    class Meta:
        label = "planning.Bad"

        @staticmethod
        def get_fields(include_hidden):
            return [Field]

    bad = type("Bad", (), {"_meta": Meta, "__module__": "planning.models"})
    assert wrong_relations([bad]) == ['planning.Bad.item → strategies.Item needs related_name="+"']
    bad.__module__ = "p2p.core.models"
    assert "points right" in wrong_relations([bad])[0]
