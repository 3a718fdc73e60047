"""State tables: every state can be reached, none is dead, all are the column's."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps as registry
from django.db.models import Model

from p2p.core.flow import Flow
from p2p.core.layers import layer_of
from p2p.core.management.commands.states import flows, markdown
from p2p.core.runs import Run
from tests.architecture.source import ROOT, report


def faults(name: str, flow: Flow, states: set[str], start: str) -> list[str]:
    """What is wrong with a flow of a column with these states and this default."""
    said = []
    if unknown := flow.states() - states:
        said.append(f"{name}: the column does not know {sorted(unknown)}")
    if unreached := states - flow.reachable(start):
        said.append(f"{name}: nobody gets from {start} to {sorted(unreached)}")
    if dead := states - flow.states() - {start}:
        said.append(f"{name}: no step speaks of {sorted(dead)}")
    for step, rule in flow.steps.items():
        if not rule.sources & flow.reachable(start):
            said.append(f"{name}: {step} can never be taken")
    return said


def faults_of(name: str, flow: Flow, models: list[type[Model]]) -> list[str]:
    """The faults with respect to the model it fits best; a flow without a column is a fault."""
    tries = []
    for model in models:
        names = {field.name for field in model._meta.get_fields()}
        if flow.field in names:
            field = model._meta.get_field(flow.field)
            states = {str(key) for key, _label in field.flatchoices}
            if flow.states() & states:
                tries.append(faults(name, flow, states, str(field.get_default())))
    return min(tries, key=len) if tries else [f"{name}: no model beside it has its column {flow.field}"]


def test_every_state_is_reached_and_none_is_dead():
    known = flows()
    assert len(known) > 3
    offences = [fault for name, flow, models in known for fault in faults_of(name, flow, models)]
    assert not offences, report(offences)


def test_the_guide_shows_the_tables_as_they_are():
    refresh = "python manage.py states > p2p/docs/guide/states.md"
    assert (ROOT / "p2p/docs/guide/states.md").read_text(encoding="utf-8") == markdown(), refresh


def test_every_model_with_a_state_has_a_flow():
    covered = {model for _name, _flow, models in flows() for model in models}
    bare = [
        model._meta.label
        for model in registry.get_models()
        if layer_of(model.__module__) not in {"", "p2p.core"}
        and not model.__name__.endswith("Event")
        and any(field.name == "state" and field.flatchoices for field in model._meta.fields)
        and model not in covered
    ]
    assert not bare, report(bare)


@pytest.mark.parametrize(
    ("flow", "states", "words"),
    [
        (Flow("state", go=("a", "b")), {"a", "b", "c"}, "no step speaks of"),
        (Flow("state", go=("a", "b"), on=("c", "d")), {"a", "b", "c", "d"}, "can never be taken"),
        (Flow("state", go=("a", "x")), {"a"}, "does not know"),
        (Flow("state", back=("b", "a")), {"a", "b"}, "nobody gets from a"),
    ],
)
def test_a_fault_of_a_flow_is_seen(flow, states, words):
    assert any(words in fault for fault in faults("bad", flow, states, "a"))


def test_a_sound_flow_has_no_fault():
    assert faults("good", Flow("state", go=("a", "b"), back=("b", "a")), {"a", "b"}, "a") == []


def test_every_run_waits_for_its_kind_and_has_a_job_that_exists():
    runs = [model for model in registry.get_models() if issubclass(model, Run)]
    assert runs
    offences = []
    for model in runs:
        if not any(one.name.endswith("_one_at_a_time") for one in model._meta.constraints):
            offences.append(f"{model._meta.label}: class Meta(Run.Meta) lost the constraint")
        module, _, name = model.job.rpartition(".")
        try:
            getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as missing:
            offences.append(f"{model._meta.label}: its job cannot be imported: {missing}")
    assert not offences, report(offences)
