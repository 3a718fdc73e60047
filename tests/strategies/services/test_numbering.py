from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from p2p.core.refusal import Refused
from strategies.models import NumberSeries
from strategies.services.importer import take_rows
from strategies.services.numbering import save_number_series, take_numbers
from tests.factories import make_site, make_user


@pytest.mark.django_db
def test_numbers_run_on_from_one_with_their_series_as_prefix():
    assert take_numbers(code="MO", count=2) == ["MO-000001", "MO-000002"]
    assert take_numbers(code="MO", count=1) == ["MO-000003"]


@pytest.mark.django_db
def test_a_site_has_its_own_series_and_its_code_in_the_number():
    site = make_site("BOT")
    assert take_numbers(code="MO", count=1) == ["MO-000001"]
    assert take_numbers(code="MO", count=1, site=site) == ["MO-BOT-000001"]


@pytest.mark.django_db
def test_a_series_set_up_by_hand_keeps_its_prefix_and_width():
    NumberSeries.objects.create(code="MO", prefix="W", width=4, next_value=41)
    assert take_numbers(code="MO", count=2) == ["W0041", "W0042"]


@pytest.mark.django_db
def test_taking_none_takes_nothing_and_less_than_none_is_refused():
    assert take_numbers(code="MO", count=0) == []
    with pytest.raises(Refused, match="Cannot take -1 numbers of MO"):
        take_numbers(code="MO", count=-1)
    assert not NumberSeries.objects.exists()


@pytest.mark.django_db
def test_taking_is_one_statement(django_assert_num_queries):
    take_numbers(code="MO", count=1)
    with transaction.atomic(), django_assert_num_queries(3):  # savepoint, the statement, release
        take_numbers(code="MO", count=1000)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_eight_threads_that_race_for_the_first_numbers_never_get_the_same_one():
    def take(_: int) -> list[str]:
        try:
            return [number for _ in range(20) for number in take_numbers(code="RACE", count=3)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = [number for numbers in pool.map(take, range(8)) for number in numbers]
    assert sorted(taken) == [f"RACE-{number:06d}" for number in range(1, 8 * 20 * 3 + 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_numbers_of_a_transaction_that_failed_are_given_out_again():
    with pytest.raises(RuntimeError), transaction.atomic():
        take_numbers(code="MO", count=5)
        raise RuntimeError
    assert take_numbers(code="MO", count=1) == ["MO-000001"]


def changed(by, **also):
    given = {"code": "MO", "prefix": "A-", "next_value": 1, **also}
    return save_number_series(numberseries=NumberSeries.objects.get(code="MO"), **given, by=by)


@pytest.mark.django_db
def test_a_prefix_that_comes_back_goes_on_behind_what_it_gave_out():
    by = make_user("engineer")
    save_number_series(code="MO", prefix="A-", by=by)
    assert take_numbers(code="MO", count=3)[-1] == "A-000003"
    changed(by, prefix="B-")
    assert take_numbers(code="MO", count=5)[-1] == "B-000005"
    with pytest.raises(Refused, match="A- has given out numbers up to 3: the next is 4 or above"):
        changed(by, prefix="A-", next_value=2)
    changed(by, prefix="A-", next_value=4)
    assert take_numbers(code="MO", count=1) == ["A-000004"]
    with pytest.raises(Refused, match="B- has given out numbers up to 5"):
        changed(by, prefix="B-", next_value=5)


@pytest.mark.django_db
def test_a_sheet_cannot_give_numbers_out_again_either():
    by = make_user("engineer")
    save_number_series(code="MO", prefix="A-", next_value=90, by=by)
    changed(by, prefix="B-", next_value=1)

    def wrong(**row):
        rows = [{"code": "MO", "width": "6", **row}]
        outcome = take_rows(sheet="number_series", rows=rows, by=by)
        return [problem.text for problem in outcome.problems if problem.is_error]

    said = ["Numbers up to there were given out already: the next is higher."]
    assert wrong(prefix="A-", next_value="89") == said
    assert wrong(prefix="A-", next_value="90") == []
    assert wrong(prefix="A-", next_value="12") == said
    assert take_numbers(code="MO", count=1) == ["A-000090"]
