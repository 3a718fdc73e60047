"""Formulas, steps, alternates, outputs and the life of versions, beyond the plain bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from p2p.core.facts import heard
from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.facts import VersionChanged, VersionMoved
from strategies.models import BomAlternate, BomLine, BomVersion
from strategies.selectors.bills import needs_of
from strategies.services import alternates, boms, formulas, versions
from strategies.services.bom_inputs import AlternateInput, LineInput, StepInput, input_of
from strategies.services.bom_outputs import OutputInput
from tests.factories import (
    make_bom,
    make_conversion,
    make_item,
    make_order,
    make_route,
    make_site,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def engineer():
    return make_user("engineer")


@pytest.fixture
def bike():
    return make_item("BIKE")


def line(component, quantity=1, **also) -> LineInput:
    return LineInput(component=component, quantity=D(str(quantity)), **also)


# ---- lines


def test_a_line_keeps_all_it_says_through_a_copy(engineer, bike):
    site = make_site()
    tube, other, box = make_item("TUBE"), make_item("OTHER"), make_item("BOX")
    make_route(bike, [{}])
    inner = make_bom(box, {tube: 1}, state="approved")
    place = site.locations.get(code="STORE")
    said = [
        line(tube, 2, formula="height", height=D("1.5"), series=D(100), rounding="consumption",
             rounding_multiple=D(3), scrap_fraction=D("0.1"), scrap_quantity=D(1), location=place, note="short"),
        line(other, formula="step", steps=[StepInput(from_quantity=D(1), quantity=D(5)),
                                           StepInput(from_quantity=D(100), quantity=D(8))],
             alternates=[AlternateInput(component=tube, ratio=D("1.5"), priority=2)]),
        line(box, kind="phantom", component_bom=inner, operation_number=10, flushing="start"),
    ]  # fmt: skip
    bom = boms.draft_bom(item=bike, lines=said, reason="lighter", by=engineer)
    copied = boms.copy_bom(bom=bom, by=engineer)
    before, after = (
        [input_of(row, nested=True) for row in one.lines.prefetch_related("steps", "alternates")]
        for one in (bom, copied)
    )
    assert before == after
    assert [row.kind for row in after] == ["item", "item", "phantom"]
    assert after[0].location == place and after[2].component_bom == inner
    assert [(step.from_quantity, step.quantity) for step in after[1].steps] == [(1, 5), (100, 8)]


def test_a_phantom_item_is_exploded_and_flushing_is_left_to_the_item(engineer, bike):
    kit = make_item("KIT", phantom=True)
    [row] = boms.draft_bom(item=bike, lines=[line(kit)], by=engineer).lines.all()
    assert (row.kind, row.flushing) == ("phantom", "")


@pytest.mark.parametrize(
    ("also", "sentence"),
    [
        ({"formula": "area", "height": D(1)}, "TUBE: its width has to be more than 0"),
        ({"formula": "percent"}, "TUBE: its percent is a share above 0"),
        ({"formula": "step"}, "TUBE: its table of steps is empty"),
        ({"rounding": "quantity"}, "TUBE: say what multiples it is rounded up to"),
        ({"kind": "vendor"}, "TUBE: what a vendor gives or gets has to name its operation"),
        ({"kind": "subcontract"}, "has to name its operation"),
        ({"series": D(0)}, "TUBE: a quantity is for 1, 100 or so"),
        (
            {"rounding": "measurement", "rounding_multiple": D("0.5")},
            "TUBE: no piece of 1 can be cut from one of 0.5",
        ),
    ],
)
def test_lines_that_contradict_themselves_are_refused_by_component(engineer, bike, also, sentence):
    with pytest.raises(Refused, match=sentence):
        boms.draft_bom(item=bike, lines=[line(make_item("TUBE"), **also)], by=engineer)
    assert not BomVersion.objects.exists()


def test_a_line_names_versions_of_its_own_component_that_may_be_used(engineer, bike):
    box, tube = make_item("BOX"), make_item("TUBE")
    draft = make_bom(box, {tube: 1}, state="draft")
    with pytest.raises(Refused, match="BOX v1 is Draft: a line may name an approved or active version only"):
        boms.draft_bom(item=bike, lines=[line(box, component_bom=draft)], by=engineer)
    with pytest.raises(Refused, match="BOX v1 is no version of TUBE"):
        boms.draft_bom(item=bike, lines=[line(tube, component_bom=draft)], by=engineer)


def test_items_out_of_use_go_into_nothing_new(engineer, bike):
    with pytest.raises(Refused, match="OLD is no longer in use"):
        boms.draft_bom(item=bike, lines=[line(make_item("OLD", active=False))], by=engineer)


def test_the_later_of_two_editors_is_told_and_nothing_is_lost(engineer, bike):
    bom = boms.draft_bom(item=bike, lines=[line(make_item("TUBE"))], by=engineer)
    seen = bom.revision
    boms.add_line(bom=bom, line=line(make_item("BELL")), revision=seen, by=engineer)
    with pytest.raises(Refused, match="BIKE v1 was changed by somebody else meanwhile"):
        boms.set_lines(bom=bom, lines=[], revision=seen, by=engineer)
    assert bom.lines.count() == 2


def test_the_head_of_a_draft_changes_and_a_draft_can_be_thrown_away(engineer, bike):
    site = make_site()
    bom = boms.draft_bom(item=bike, by=engineer)
    head = boms.BomHead(site=site, batch_quantity=D(10), yield_fraction=D("0.9"), reason="trial")
    boms.change_bom(bom=bom, to=head, by=engineer)
    bom.refresh_from_db()
    assert (bom.site, bom.batch_quantity, bom.reason, bom.revision) == (site, 10, "trial", 2)
    with pytest.raises(Refused, match="The yield is a share above 0"):
        boms.change_bom(bom=bom, to=boms.BomHead(yield_fraction=D(0)), by=engineer)
    boms.delete_bom(bom=bom, by=engineer)
    assert not BomVersion.objects.exists()


# ---- what an order takes


def test_the_page_shows_what_an_order_would_take(engineer, bike):
    metre = make_unit("M", digits=2)
    tube, bell = make_item("TUBE", unit=metre), make_item("BELL")
    make_route(bike, [{"scrap_fraction": D("0.5")}])
    bom = make_bom(bike, {tube: {"quantity": D("0.333")}, bell: {"quantity": D(1), "operation_number": 10}})
    shown = [(need.line.component.number, need.quantity) for need in needs_of(bom, D(10))]
    assert shown == [("TUBE", D("3.33")), ("BELL", D(20))]


# ---- formulas


def make_formula(engineer, **also):
    kilo = make_unit("KG", digits=3)
    paint, water, salt, dye = (make_item(name, unit=kilo) for name in ("PAINT", "WATER", "SALT", "DYE"))
    return boms.draft_bom(
        item=paint,
        kind="formula",
        batch_quantity=D(100),
        lines=[
            line(water, 80),
            line(salt, 5, scalable=False),
            line(dye, formula="percent", percent=D("0.15")),
        ],
        outputs=[OutputInput(item=make_item("SLUDGE"), quantity=D(4), kind="by", cost_share=D("0.1"))],
        by=engineer,
        **also,
    )


def amounts(bom):
    return {row.component.number: row.quantity for row in bom.lines.select_related("component")}


def test_a_formula_grows_with_its_size_or_with_one_ingredient(engineer):
    bom = make_formula(engineer)
    assert amounts(bom) == {"WATER": 80, "SALT": 5, "DYE": 15}
    formulas.rescale(bom=bom, batch_quantity=D(250), by=engineer)
    bom.refresh_from_db()
    assert amounts(bom) == {"WATER": 200, "SALT": 5, "DYE": D("37.5")}
    assert bom.outputs.get().quantity == 10
    water = bom.lines.get(component__number="WATER")
    formulas.rescale(bom=bom, line=water, quantity=D(80), by=engineer)
    bom.refresh_from_db()
    assert (amounts(bom)["WATER"], bom.batch_quantity) == (80, 100)


def test_only_scalable_lines_lead(engineer):
    bom = make_formula(engineer)
    with pytest.raises(Refused, match="SALT is not scalable"):
        formulas.rescale(bom=bom, line=bom.lines.get(component__number="SALT"), quantity=D(1), by=engineer)
    with pytest.raises(Refused, match="Give the new size"):
        formulas.rescale(bom=bom, by=engineer)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.integers(2, 40), quantity=st.decimals(min_value="0.001", max_value=500, places=3))
def test_there_and_back_a_formula_is_what_it_was(times, quantity):
    engineer, paint, water = make_user("engineer"), make_item(), make_item()
    bom = boms.draft_bom(item=paint, batch_quantity=D(7), lines=[line(water, quantity)], by=engineer)
    formulas.rescale(bom=bom, batch_quantity=D(7) * times, by=engineer)
    grown = bom.lines.get().quantity
    formulas.rescale(bom=bom, batch_quantity=D(7), by=engineer)
    assert (grown, bom.lines.get().quantity) == (quantity * times, quantity)


def test_percents_make_a_hundred_before_anybody_may_use_them(engineer):
    bom = make_formula(engineer)
    with pytest.raises(Refused, match="The percents of PAINT v1 add up to 15 %"):
        versions.approve(version=bom, by=engineer)
    dye = bom.lines.get(component__number="DYE")
    boms.change_line(line=dye, to=line(dye.component, formula="percent", percent=D(1)), by=engineer)
    assert versions.approve(version=bom, by=engineer).state == "approved"


def test_a_share_in_a_unit_that_nothing_leads_to_is_refused_by_the_unit_of_the_batch(engineer):
    paint, dye = make_item("PAINT", unit=make_unit("KG")), make_item("DYE", unit=make_unit("EA"))
    with pytest.raises(
        Refused, match="A share of PAINT is one of its KG, .* how many EA of the line one KG is"
    ):
        boms.draft_bom(item=paint, lines=[line(dye, formula="percent", percent=D(1))], by=engineer)


def test_a_percent_is_of_the_batch_in_the_lines_own_unit(engineer):
    gram, kilo = make_unit("G"), make_unit("KG", digits=3)
    make_conversion("KG", "G", 1000)
    paint, dye = make_item("PAINT", unit=kilo), make_item("DYE", unit=gram)
    bom = boms.draft_bom(
        item=paint, batch_quantity=D(2), lines=[line(dye, formula="percent", percent=D("0.25"))], by=engineer
    )
    assert bom.lines.get().quantity == 500


def test_cost_shares_leave_the_main_product_its_own(engineer):
    bom = make_formula(engineer)
    with pytest.raises(Refused, match="cost shares of co- and by-products add up to 1.05"):
        formulas.add_output(
            bom=bom, output=OutputInput(item=make_item(), quantity=D(1), cost_share=D("0.95")), by=engineer
        )
    with pytest.raises(Refused, match="PAINT comes out of this bill already"):
        formulas.set_outputs(bom=bom, outputs=[OutputInput(item=bom.item, quantity=D(1))], by=engineer)
    [kept] = bom.outputs.all()
    changed = formulas.change_output(
        output=kept, to=OutputInput(item=kept.item, quantity=D(3), cost_share=D(1)), by=engineer
    )
    assert changed.quantity == 3
    formulas.remove_output(output=changed, by=engineer)
    assert not bom.outputs.exists()


# ---- alternates


def test_an_alternate_counts_once_somebody_has_approved_it(engineer, bike):
    tube, steel = make_item("TUBE"), make_item("STEEL")
    bom = make_bom(bike, {tube: 2})
    with heard(VersionChanged) as told:
        row = alternates.add_alternate(
            line=bom.lines.get(), to=AlternateInput(component=steel, ratio=D("1.2")), by=engineer
        )
    assert (row.approved_by, [fact.version for fact in told]) == (None, [bom])
    alternates.approve_alternate(alternate=row, by=engineer)
    row.refresh_from_db()
    assert row.approved_by == engineer and row.approved_at is not None
    with pytest.raises(Refused, match="STEEL is approved already"):
        alternates.approve_alternate(alternate=row, by=engineer)
    alternates.change_alternate(alternate=row, to=AlternateInput(component=steel, ratio=D(2)), by=engineer)
    assert BomAlternate.objects.get().approved_at is None
    alternates.remove_alternate(alternate=row, by=engineer)
    assert not BomAlternate.objects.exists()


def test_an_alternate_closes_no_loop_either(engineer, bike):
    tube, steel = make_item("TUBE"), make_item("STEEL")
    bom = make_bom(bike, {tube: 2})
    make_bom(steel, {bike: 1})
    with pytest.raises(Refused, match="BIKE → STEEL → BIKE"):
        alternates.add_alternate(line=bom.lines.get(), to=AlternateInput(component=steel), by=engineer)
    with pytest.raises(Refused, match="TUBE cannot stand in for itself"):
        alternates.add_alternate(line=bom.lines.get(), to=AlternateInput(component=tube), by=engineer)


def test_a_phantom_chain_closes_no_loop(engineer):
    a, b, c = make_item("A"), make_item("B", phantom=True), make_item("C", phantom=True)
    boms.draft_bom(item=a, lines=[line(b)], by=engineer)
    boms.draft_bom(item=b, lines=[line(c)], by=engineer)
    with pytest.raises(Refused, match="C → A → B → C"):
        boms.draft_bom(item=c, lines=[line(a)], by=engineer)


# ---- versions


def test_an_approved_version_is_a_draft_again_until_it_is_used(engineer, bike):
    tube = make_item("TUBE")
    bom = boms.draft_bom(item=bike, lines=[line(tube)], by=engineer)
    versions.approve(version=bom, by=engineer)
    versions.reopen(version=bom, by=engineer)
    bom.refresh_from_db()
    assert (bom.state, bom.approved_by) == ("draft", None)
    versions.approve(version=bom, by=engineer)
    order = make_order(bike, site=make_site(), bom=bom)
    with pytest.raises(Refused, match=f"{order.number} was made from BIKE v1: copy it"):
        versions.reopen(version=bom, by=engineer)


def test_a_version_that_a_line_names_is_not_reopened(engineer, bike):
    box = make_item("BOX")
    inner = make_bom(box, {make_item("TUBE"): 1}, state="approved")
    boms.draft_bom(item=bike, lines=[line(box, component_bom=inner)], by=engineer)
    with pytest.raises(Refused, match="BIKE v1 10 BOX names BOX v1: copy it"):
        versions.reopen(version=inner, by=engineer)


def test_a_version_is_deactivated_and_active_again(engineer, bike):
    bom = make_bom(bike, {make_item("TUBE"): 1})
    versions.deactivate(version=bom, by=engineer)
    assert BomVersion.objects.get().state == "approved"
    versions.activate(version=bom, by=engineer)
    assert BomVersion.objects.get().state == "active"


def test_where_the_site_asks_somebody_else_approves(bike):
    author, other = make_user("engineer"), make_user("engineer")
    site = make_site(approval_by_another=True)
    bom = boms.draft_bom(item=bike, site=site, lines=[line(make_item("TUBE"))], by=author)
    with pytest.raises(Refused, match="BIKE v1 has to be submitted first"):
        versions.approve(version=bom, by=other)
    versions.submit(version=bom, by=author)
    with pytest.raises(Refused, match="You submitted BIKE v1: somebody else has to approve it"):
        versions.approve(version=bom, by=author)
    assert versions.approve(version=bom, by=other).approved_by == other


def test_what_was_submitted_is_sent_back_and_changed_by_its_author(bike):
    author, other = make_user("engineer"), make_user("engineer")
    bom = boms.draft_bom(item=bike, lines=[line(make_item("TUBE"))], by=author)
    with heard(VersionMoved) as told:
        assert versions.submit(version=bom, by=author).state == "in_approval"
        assert versions.reject(version=bom, by=other).state == "draft"
    assert [fact.step for fact in told] == ["submit", "reject"]
    boms.set_lines(bom=bom, lines=[line(make_item("PIPE"))], by=author)
    assert [row.component.number for row in bom.lines.all()] == ["PIPE"]


def test_the_refusal_names_the_other_version_and_the_days_they_share(engineer, bike):
    tube = make_item("TUBE")
    make_bom(bike, {tube: 1}, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    later = make_bom(bike, {tube: 2}, version=2, state="approved", valid_from=date(2026, 6, 1))
    with pytest.raises(
        Refused, match=rf"v1 is active on some of these days \(from {formats.day(date(2026, 6, 1))} to"
    ):
        versions.activate(version=later, by=engineer)
    with pytest.raises(Exception, match="bom_version_one_active"), connection.cursor() as cursor:
        cursor.execute("UPDATE strategies_bomversion SET state = 'active' WHERE id = %s", [later.pk])


def test_several_versions_are_activated_together_or_not_at_all(engineer):
    tube = make_item("TUBE")
    good = make_bom(make_item("A"), {tube: 1}, state="approved")
    draft = make_bom(make_item("B"), {tube: 1}, state="draft")
    with pytest.raises(Refused, match="B v1 is Draft"):
        versions.activate_many(records=[good, draft], by=engineer)
    good.refresh_from_db()
    assert good.state == "approved"
    BomVersion.objects.filter(pk=draft.pk).update(state="approved")
    assert versions.activate_many(records=[good, draft], by=engineer) == "2 activated."
    assert BomLine.objects.filter(bom__state="active").count() == 2
