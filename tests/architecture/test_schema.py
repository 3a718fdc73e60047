"""The API describes itself: a valid OpenAPI document, pages that need no other host."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.architecture.edges import resources
from tests.architecture.source import report


@pytest.fixture
def schema(db):
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_description_is_valid_and_complete(schema):
    validate_schema(schema)
    said = [str(each) for each in [*GENERATOR_STATS._error_cache, *GENERATOR_STATS._warn_cache]]
    assert not said, report(said)


def test_every_resource_is_described_with_its_parameters_keys_and_problems(schema):
    missing = [address for address in resources() if address not in schema["paths"]]
    assert not missing, report(missing)
    for address, view in resources().items():
        listed = schema["paths"][address]["get"]
        names = {one["name"] for one in listed["parameters"]}
        assert {*view.filters, "limit", "cursor"} <= names, address
        assert "application/problem+json" in listed["responses"]["409"]["content"]
        for method in ("post", "patch", "delete"):
            for operation in [schema["paths"][address].get(method)]:
                if operation:
                    assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}, address


@pytest.mark.django_db
def test_the_pages_of_the_api_load_nothing_from_other_hosts():
    client = Client()
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert re.findall(r"""(?:src|href)=["']/static/drf_spectacular_sidecar/""", text)
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert client.get("/api/schema/").status_code == 200
