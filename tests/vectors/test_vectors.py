"""Reference cases: one without an adapter fails if its area is done, else it is listed by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vectors.cases import SHARED, adapters, differences, examples, vectors

OPS, EXAMPLES, DONE = adapters()
VECTORS = vectors()
DOCUMENTED = examples()

needs_cases = pytest.mark.skipif(
    not (SHARED / "vectors").is_dir(), reason=f"no reference cases under {SHARED}; set P2P_SHARED"
)


@needs_cases
@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_reference_vector_comes_out_as_published(vector: dict[str, Any]) -> None:
    adapter = OPS.get((vector["area"], vector["op"]))
    if adapter is None:
        if vector["area"] in DONE:
            pytest.fail(f"nothing computes {vector['op']} although {vector['area']} is done")
        pytest.skip(f"not done yet: {vector['area']} {vector['op']}")
    tolerance = vector.get("tolerance", {})
    wrong = differences(
        vector["expected"],
        adapter(vector["inputs"]),
        absolute=tolerance.get("abs", 1e-9),
        relative=tolerance.get("rel", 0.0),
    )
    assert not wrong, "\n".join(wrong)


@needs_cases
@pytest.mark.parametrize("example", DOCUMENTED, ids=[example["id"] for example in DOCUMENTED])
def test_a_documented_example_comes_out_as_documented(example: dict[str, Any]) -> None:
    adapter = EXAMPLES.get(example["id"])
    if adapter is None:
        if f"documented {example['area']}" in DONE:
            pytest.fail(f"nothing computes {example['id']} although {example['area']} is done")
        pytest.skip(f"not done yet: {example['area']} {example['id']} {example['topic']}")
    wrong = differences(example["expected"], adapter(example["inputs"]), absolute=0.011)
    assert not wrong, "\n".join(wrong)


@needs_cases
def test_the_folder_holds_cases_at_all() -> None:
    assert VECTORS
    assert DOCUMENTED


def test_a_wrong_number_a_missing_key_and_a_short_list_are_differences() -> None:
    assert differences({"a": [1, 2.0]}, {"a": [1, 2.5]}, absolute=0.1) == [".a[1]: expected 2.0, got 2.5"]
    assert differences({"a": 1}, {}) == [".a: missing"]
    assert differences([1, 2], [1]) != []
    assert differences({"zone": "red"}, {"zone": "green"}) != []
    assert differences({"a": 1.0}, {"a": 1.05, "b": 3}, absolute=0.1) == []
