"""Forms, serializers and services agree: what an edge takes in is what the service behind it wants."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from django.forms import Form
from rest_framework.serializers import Serializer

from tests.architecture.edges import forms, resources
from tests.architecture.source import dotted, report


def service_calls(method: Callable[..., Any]) -> Iterator[tuple[ast.Call, Callable[..., Any]]]:
    """The calls of services inside a method, with the function each really calls."""
    method = inspect.unwrap(method)
    names = vars(importlib.import_module(method.__module__))
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found = _named(names, dotted(node.func))
            if inspect.isfunction(found) and ".services" in str(getattr(found, "__module__", "")):
                yield node, found


def _named(names: dict[str, Any], chain: str) -> Any:
    first, *others = chain.split(".")
    found = names.get(first)
    for name in others:
        found = getattr(found, name, None)
    return found


def mismatches(place: str, call: ast.Call, service: Callable[..., Any], given: set[str] | None) -> list[str]:
    """What the call passes against what the service takes; `given` is what ** stands for (None: nobody knows)."""
    wanted = {
        name: parameter
        for name, parameter in inspect.signature(service).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    if not wanted:
        return []
    passed = {word.arg for word in call.keywords if word.arg}
    whole = any(word.arg is None for word in call.keywords)
    passed |= given if whole and given else set()
    needed = {name for name, one in wanted.items() if one.default is inspect.Parameter.empty}
    name = f"{place} → {service.__module__}.{service.__name__}"
    anything = any(
        one.kind is inspect.Parameter.VAR_KEYWORD for one in inspect.signature(service).parameters.values()
    )
    said = [] if anything else [f"{name} does not know {one}" for one in sorted(passed - set(wanted))]
    if whole and given is None:
        return said
    return said + [f"{name} is not given {one}" for one in sorted(needed - passed)]


def unused(place: str, method: Callable[..., Any], fields: set[str]) -> list[str]:
    """Inputs that are asked for and then thrown away."""
    text = inspect.getsource(inspect.unwrap(method))
    tree = ast.parse(textwrap.dedent(text))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    words |= {node.arg for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.keyword))}
    words |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    whole = any(isinstance(node, ast.keyword) and node.arg is None for node in ast.walk(tree))
    whole = whole or ("cleaned_data" in text and "cleaned_data[" not in text)
    whole = whole or any(_hands_on(node) for node in ast.walk(tree))
    return [] if whole else [f"{place}: the input {name} is never used" for name in sorted(fields - words)]


def _hands_on(node: ast.AST) -> bool:
    """`form.lines()`, `lines_of(form)`: the whole form goes to something that reads it."""
    if not isinstance(node, ast.Call):
        return False
    given = [one.id for one in node.args if isinstance(one, ast.Name)]
    return "form" in given or (dotted(node.func).startswith("form.") and node.func.attr != "add_error")


def writable(serializer: type[Any]) -> set[str]:
    """The fields a serializer takes, by the names a service sees them under."""
    return {one.source for one in serializer().fields.values() if not one.read_only}


def taken_by(view: type[Any], name: str) -> type[Any]:
    """The serializer that reads the input of a step."""
    made = view()
    made.action, made.request, made.kwargs = {"adds": "create"}.get(name, "partial_update"), None, {}
    serializer: type[Any] = made.get_serializer_class()
    return serializer


def remade(serializer: type[Any]) -> bool:
    """Whether a serializer hands on something else than its fields."""
    return serializer.validate is not Serializer.validate


def faults_of_resource(address: str, view: type[Any]) -> list[str]:
    """Adds, changes and removes against the serializer; verbs against their bodies."""
    said = []
    for name in ("adds", "changes", "removes"):
        service = getattr(view, name)
        if service is None:
            continue
        given = {"by"} | (writable(taken_by(view, name)) if name != "removes" else set())
        given |= {view.record_name or view.queryset.model._meta.model_name} if name != "adds" else set()
        call = ast.Call(func=ast.Name(id=name), args=[], keywords=[ast.keyword(arg=None)])
        if name != "removes" and remade(taken_by(view, name)):
            continue
        said += mismatches(f"{address} {name}", call, service, given)
    for method in view.get_extra_actions():
        if hasattr(method, "verb_roles"):
            body = writable(method.verb_body) if method.verb_body else set()
            own = method.verb_body is not None and remade(method.verb_body)
            place = f"{address} {method.__name__}"
            said += [] if own else _signature(place, method, body)
            for call, service in service_calls(method):
                said += mismatches(place, call, service, None if own else body)
    return said


def _signature(place: str, method: Callable[..., Any], body: set[str]) -> list[str]:
    """A verb's own parameters are its body's fields."""
    parameters = inspect.signature(inspect.unwrap(method)).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters):
        return []
    taken = {one.name for one in list(parameters)[2 + bool(getattr(method, "detail", True)) :]}
    return [f"{place}: body and parameters differ in {sorted(taken ^ body)}"] if taken != body else []


def faults_of_form(address: str, view: type[Any]) -> list[str]:
    """A form's fields against the service its `act` calls."""
    form = getattr(view, "form_class", None)
    fields = set(getattr(form, "base_fields", {}))
    said = unused(f"{address} act", view.act, fields) if fields else []
    # A form that calculates its own result (`clean`) hands on other names than its fields.
    made_over = form is not None and form.clean is not Form.clean
    for call, service in service_calls(view.act):
        stars = {dotted(word.value) for word in call.keywords if word.arg is None}
        plain = stars <= {"form.cleaned_data"} and not made_over
        said += mismatches(f"{address} act", call, service, fields if plain else None)
    return said


def test_every_resource_agrees_with_its_services():
    known = resources()
    assert known
    offences = [
        fault for address, view in sorted(known.items()) for fault in faults_of_resource(address, view)
    ]
    assert not offences, report(offences)


def test_every_form_agrees_with_its_service():
    known = forms()
    assert known
    offences = [fault for address, view in sorted(known.items()) for fault in faults_of_form(address, view)]
    assert not offences, report(offences)


def example(*, order: int, quantity: int, note: str = "", by: int) -> None:
    """A service to disagree with."""


def test_a_disagreement_is_seen():
    def call(text):
        return ast.parse(text, mode="eval").body

    assert mismatches("x", call("f(order=1, by=2)"), example, set()) == [
        "x → tests.architecture.test_parity.example is not given quantity"
    ]
    assert mismatches("x", call("f(order=1, quantity=1, colour=1, by=2)"), example, set()) == [
        "x → tests.architecture.test_parity.example does not know colour"
    ]
    assert mismatches("x", call("f(order=1, by=2, **given)"), example, {"quantity", "note"}) == []

    assert mismatches("x", call("f(colour=1, **given)"), example, None) == [
        "x → tests.architecture.test_parity.example does not know colour"
    ]

    def act(self, form):
        return form.cleaned_data["quantity"]

    assert unused("x", act, {"quantity", "note"}) == ["x: the input note is never used"]
