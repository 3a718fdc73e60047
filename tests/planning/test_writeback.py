"""A plan that names rows which are gone is never stored."""

from __future__ import annotations

import pytest
from django.db import connection

from planning.models import Peg, Proposal
from planning.writeback.material import Dangling, check

pytestmark = pytest.mark.django_db


def test_what_was_stored_names_only_rows_that_are_there(shop):
    check(shop.run)


@pytest.mark.parametrize(
    ("model", "column"),
    [(Proposal, "item_id"), (Proposal, "vendor_id"), (Peg, "item_id"), (Peg, "need_proposal_id")],
)
def test_a_row_that_vanished_is_found_whatever_names_it(shop, model, column):
    rows = model.objects.filter(run=shop.run, **{f"{column}__isnull": False})
    rows.filter(pk=rows.first().pk).update(**{column: 999_999_999})
    with pytest.raises(Dangling, match=f"1 {model._meta.model_name} rows"):
        check(shop.run)


def test_the_look_up_leaves_the_session_as_it_was(shop):
    check(shop.run)
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)
