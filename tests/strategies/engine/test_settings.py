from __future__ import annotations

from strategies.engine.settings import Rule, Why, chosen, judged, missed

RED = {"colour": "red"}


def test_a_row_for_the_site_wins_over_every_row_for_all_sites():
    rules = [Rule("all", rank=99), Rule("here", site=1), Rule("elsewhere", site=2, rank=100)]
    assert chosen(rules, site=1, attributes={}) == "here"
    assert chosen(rules, site=3, attributes={}) == "all"
    assert chosen(rules, site=None, attributes={}) == "all"


def test_the_highest_rank_that_fits_wins_within_a_pass():
    rules = [
        Rule("any"),
        Rule("red", rank=10, wanted=RED),
        Rule("red and big", rank=20, wanted={**RED, "size": "62"}),
    ]
    assert chosen(rules, site=1, attributes={}) == "any"
    assert chosen(rules, site=1, attributes=RED) == "red"
    assert chosen(rules, site=1, attributes={**RED, "size": "62", "brake": "disc"}) == "red and big"


def test_a_site_row_that_does_not_fit_leaves_the_second_pass_its_turn():
    rules = [Rule("red here", site=1, rank=5, wanted=RED), Rule("all")]
    assert chosen(rules, site=1, attributes={"colour": "blue"}) == "all"


def test_an_own_row_comes_before_an_inherited_one_and_a_site_before_both():
    own, model = Rule("own"), Rule("model", rank=50, inherited=True)
    assert chosen([model, own], site=1, attributes={}) == "own"
    assert chosen([model], site=1, attributes={}) == "model"
    assert chosen([own, Rule("model here", site=1, inherited=True)], site=1, attributes={}) == "model here"


def test_nothing_fits_gives_nothing():
    assert chosen([Rule("red", rank=1, wanted=RED)], site=1, attributes={}) is None
    assert chosen([], site=1, attributes={}) is None


def test_every_row_is_told_why_it_holds_or_not():
    rules = [
        Rule("here", site=1), Rule("there", site=2), Rule("red", site=1, rank=3, wanted=RED), Rule("all"),
        Rule("model here", site=1, rank=7, inherited=True), Rule("here, ranked", site=1, rank=2),
    ]  # fmt: skip
    told = {verdict.rule.kept: verdict.why for verdict in judged(rules, site=1, attributes={})}
    assert told == {
        "here, ranked": Why.WINS,
        "here": Why.RANK,
        "there": Why.SITE,
        "red": Why.ATTRIBUTES,
        "all": Why.GENERAL,
        "model here": Why.INHERITED,
    }
    assert judged(rules, site=1, attributes={})[0].rule.kept == "here, ranked"


def test_what_an_item_lacks_is_named():
    assert missed({"size": "62", "colour": "red"}, {"size": "62"}) == ("colour",)
    assert missed({}, {}) == ()
