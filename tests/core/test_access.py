"""Roles: everywhere or at one site."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from p2p.core.access import Role, at_sites, may, require, role_required, sites_of
from p2p.core.models import Grant
from strategies.models import Location
from tests.factories import make_site, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]


def test_a_role_granted_everywhere_holds_at_every_site():
    planner = make_user(Role.PLANNER)
    assert may(planner, Role.PLANNER)
    assert may(planner, Role.PLANNER, site=make_site("NORTH"))
    assert not may(planner, Role.BUYER)


def test_a_role_granted_at_a_site_holds_there_only():
    north, south = make_site("NORTH"), make_site("SOUTH")
    planner = make_user(Role.PLANNER, site=north)
    assert may(planner, Role.PLANNER, site=north)
    assert may(planner, Role.PLANNER, site="NORTH")
    assert not may(planner, Role.PLANNER, site=south)
    assert may(planner, Role.PLANNER)  # somewhere


def test_an_administrator_may_everything_and_a_superuser_is_one():
    assert may(make_user(Role.ADMINISTRATOR), Role.BUYER, site="NORTH")
    assert may(make_user(is_superuser=True), Role.BUYER)
    assert not may(make_user(is_superuser=True, is_active=False), Role.BUYER)


def test_strangers_may_nothing():
    assert not may(AnonymousUser(), *Role)
    assert sites_of(AnonymousUser()) == frozenset()


def test_what_is_missing_is_named():
    with pytest.raises(PermissionDenied, match="Planner, Buyer"):
        require(make_user(), Role.PLANNER, Role.BUYER)
    with pytest.raises(PermissionDenied, match="at NORTH"):
        require(make_user(), Role.PLANNER, site="NORTH")


def test_grants_are_read_once_per_request(django_assert_num_queries):
    user = make_user(Role.PLANNER)
    with django_assert_num_queries(1):
        for role in Role:
            may(user, role)


def test_a_list_shows_the_rows_of_the_users_sites():
    north, south = make_site("NORTH"), make_site("SOUTH")
    user = make_user(Role.OPERATOR, site=north)
    shown = at_sites(Location.objects.all(), user)
    assert set(shown.values_list("site__code", flat=True)) == {"NORTH"}
    everywhere = at_sites(Location.objects.all(), make_user(Role.OPERATOR))
    assert set(everywhere.values_list("site__code", flat=True)) == {"NORTH", "SOUTH"}
    assert south.locations.exists()


def test_the_same_grant_is_not_given_twice():
    user = make_user(Role.PLANNER)
    with pytest.raises(Exception, match="core_grant_once"):
        Grant.objects.create(user=user, role=Role.PLANNER)


def test_a_page_for_a_role_sends_strangers_to_the_log_in_and_refuses_others(rf):
    page = role_required(Role.PLANNER)(lambda request: HttpResponse("plan"))
    request = rf.get("/plan/?week=3")
    request.user = AnonymousUser()
    assert page(request)["Location"] == "/login/?next=%2Fplan%2F%3Fweek%3D3"
    request.user = make_user(Role.OPERATOR)
    with pytest.raises(PermissionDenied):
        page(request)
    request.user = make_user(Role.PLANNER)
    assert page(request).content == b"plan"
