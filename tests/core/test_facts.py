"""Facts: who hears what, in which order, and what is left behind."""

from __future__ import annotations

from decimal import Decimal
from types import FunctionType

import pytest
from django.db import transaction

from p2p.core import facts
from p2p.core.carry import unpack
from p2p.core.facts import Fact, Refused, ask, gather, later, listen, listening, objections, tell
from p2p.core.models import Journal, OutboxRow, SavedView
from tests.core.facts import Colours, Painted, PaintedTwice
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db


def in_layer(module: str, act):
    """A listener that claims to live in `module`."""
    copy = FunctionType(act.__code__, act.__globals__, act.__name__, act.__defaults__, act.__closure__)
    copy.__module__, copy.__qualname__ = module, f"listener_in_{module}"
    return copy


def refuse(_fact):
    raise Refused("The paint of {thing} is wet.", code="wet", thing="the door")


def test_asking_raises_the_first_objection_with_its_words_and_code():
    with listening("ask", Painted, refuse), pytest.raises(Refused) as no:
        ask(Painted())
    assert str(no.value) == "The paint of the door is wet."
    assert no.value.code == "wet"


def test_objections_collects_every_reason_without_raising():
    def other(_fact):
        return [Refused("One."), Refused("Two.")]

    with listening("ask", Painted, refuse), listening("ask", Painted, other):
        assert sorted(objections(Painted())) == ["One.", "The paint of the door is wet.", "Two."]


def test_objections_about_many_records_are_told_apart():
    one, two = make_user(), make_user()

    def not_the_second(fact):
        return [Refused("Not you.", about=record) for record in fact.things if record == two]

    with listening("ask", Painted, not_the_second):
        assert facts.objections_by_record(Painted(things=(one, two))) == {one.pk: [], two.pk: ["Not you."]}


def test_listeners_are_heard_from_left_to_right_however_they_were_wired():
    order = []
    right = in_layer("costing.reactions", lambda _fact: order.append("costing"))
    left = in_layer("planning.reactions", lambda _fact: order.append("planning"))
    with listening("tell", Painted, right), listening("tell", Painted, left), transaction.atomic():
        tell(Painted())
    assert order == ["planning", "costing"]


def test_a_listener_of_a_fact_hears_its_kinds_too():
    with facts.heard(Painted) as seen, transaction.atomic():
        tell(PaintedTwice(colour="blue"))
    assert [fact.colour for fact in seen] == ["blue"]


def test_nobody_listens_twice_or_from_the_left_of_the_fact():
    with listening("tell", Painted, refuse), pytest.raises(ValueError, match="already listens"):
        listen("tell", Painted, refuse)

    class Right(Fact):
        pass

    Right.__module__ = "quality.facts"
    with pytest.raises(ValueError, match="facts travel right"):
        listen("tell", Right, in_layer("planning.reactions", refuse))


def test_telling_writes_one_journal_row_per_record():
    user, one, two = make_user(), make_user(), make_user()
    tell(Painted(things=(one, two), by=user))
    rows = list(Journal.objects.order_by("id"))
    assert [(row.record_type, row.record_id, row.by) for row in rows] == [
        ("core.user", one.pk, user),
        ("core.user", two.pk, user),
    ]
    assert rows[0].fact == "facts.Painted"
    assert rows[0].payload == {
        "things": [str(one), str(two)],
        "colour": "red",
        "litres": "1.50",
    }


def test_telling_about_many_records_takes_as_many_queries_as_about_one(django_assert_num_queries):
    users = tuple(make_user() for _ in range(30))
    with django_assert_num_queries(1):
        tell(Painted(things=users))
    assert Journal.objects.count() == 30
    assert Journal.objects.first().payload["things"] == {"count": 30}


def test_the_journal_knows_the_site_of_the_main_record():
    site = make_site("NORTH")
    store = site.locations.get(code="STORE")
    tell(Painted(things=(store,)))
    assert Journal.objects.get().scope == "NORTH"


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_a_mistake():
    with pytest.raises(RuntimeError, match="outside a transaction"):
        tell(Painted())
    with pytest.raises(RuntimeError, match="outside a transaction"):
        later(Painted())


def test_a_listener_that_raises_undoes_the_change_and_its_journal():
    def fail(_fact):
        raise LookupError

    with listening("tell", Painted, fail), pytest.raises(LookupError), transaction.atomic():
        tell(Painted())
    assert not Journal.objects.exists()


def test_gathering_gives_the_answers_in_layer_order_and_skips_who_has_none():
    red = in_layer("costing.reactions", lambda _question: "red")
    blue = in_layer("planning.reactions", lambda _question: "blue")
    silent = in_layer("quality.reactions", lambda _question: None)
    with (
        listening("gather", Colours, red),
        listening("gather", Colours, silent),
        listening("gather", Colours, blue),
    ):
        assert gather(Colours()) == ["blue", "red"]


@pytest.mark.parametrize("how", ["insert", "update", "delete", "lock"])
def test_nobody_may_write_while_answering(how):
    user = make_user()
    view = SavedView.objects.create(owner=user, page="orders", title="mine")

    def write(_question):
        if how == "insert":
            SavedView.objects.create(owner=user, page="orders", title="other")
        elif how == "update":
            SavedView.objects.filter(pk=view.pk).update(title="other")
        elif how == "delete":
            SavedView.objects.filter(pk=view.pk).delete()
        else:
            SavedView.objects.select_for_update().get(pk=view.pk)

    with listening("gather", Colours, write), pytest.raises(RuntimeError, match="writes while answering"):
        gather(Colours())


def test_reading_while_answering_is_free_even_of_texts_that_speak_of_updates():
    make_user(username="update insert delete")

    def read(_question):
        return type(make_user).__name__ and SavedView.objects.filter(title="for update").count()

    with listening("gather", Colours, read):
        assert gather(Colours()) == [0]


def test_only_questions_are_gathered():
    with pytest.raises(TypeError, match="not a Question"):
        listen("gather", Painted, refuse)


def test_later_leaves_a_row_per_listener_from_which_the_fact_comes_back_whole():
    user = make_user()
    fact = Painted(things=(user,), litres=Decimal("2.125"), by=user)
    with listening("later", Painted, refuse):
        later(fact)
    row = OutboxRow.objects.get()
    assert row.listener == "tests.core.test_facts.refuse"
    assert unpack(row.payload) == fact


def test_later_without_listeners_leaves_nothing():
    later(Painted())
    assert not OutboxRow.objects.exists()


def test_the_wiring_lists_only_what_the_house_wires():
    with listening("tell", Painted, refuse):
        assert not [row for row in facts.wiring() if "Painted" in row[1]]
    inside = in_layer("quality.reactions", refuse)
    with listening("tell", Painted, inside):
        assert ("tell", "facts.Painted", "quality.reactions.listener_in_quality.reactions") in facts.wiring()
