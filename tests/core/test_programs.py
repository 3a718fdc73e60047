"""Tokens, webhooks, people and roles over REST: no way to more rights than one has."""

from __future__ import annotations

import pytest

from p2p.core.models import ApiToken, Grant, IdempotencyKey, Journal, Webhook, WebhookDelivery
from p2p.core.refusal import Refused
from p2p.core.services import people, subscriptions, tokens
from tests.factories import make_site, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]
TOKENS, HOOKS, DELIVERIES, GRANTS = (
    f"/api/v1/core/{name}/" for name in ("tokens", "webhooks", "deliveries", "grants")
)
JSON = {"content_type": "application/json"}


@pytest.fixture
def integrator(client):
    client.user = make_user("integrator")
    client.force_login(client.user)
    return client


def test_a_tokens_secret_is_shown_once_and_kept_nowhere(integrator):
    headers = {"Idempotency-Key": "t"}
    made = integrator.post(TOKENS, {"title": "host", "power": "write"}, **JSON, headers=headers)
    assert made.status_code == 201
    secret = made.json()["secret"]
    row = ApiToken.objects.get()
    assert secret not in str(vars(row)) and row.prefix == secret[:12]
    assert not IdempotencyKey.objects.exists()
    assert secret not in str(list(Journal.objects.values_list("payload", "record_key")))
    assert "secret" not in integrator.get(f"{TOKENS}{row.pk}/").json()


def test_a_token_makes_no_further_token_and_no_webhook(client):
    user = make_user("integrator")
    _row, secret = tokens.issue(user=user, title="t", power="write", by=user)
    bearer = {"headers": {"Authorization": f"Bearer {secret}"}}
    for address, given in (
        (TOKENS, {"title": "more"}),
        (HOOKS, {"title": "h", "url": "https://example.org/"}),
    ):
        answer = client.post(address, given, **JSON, **bearer)
        assert answer.status_code == 403 and "person" in answer.json()["detail"]
    assert ApiToken.objects.count() == 1 and not Webhook.objects.exists()


def test_tokens_of_others_are_not_there(integrator):
    other = make_user("integrator")
    token, _secret = tokens.issue(user=other, title="t", by=other)
    assert integrator.get(f"{TOKENS}{token.pk}/").status_code == 404
    assert integrator.post(f"{TOKENS}{token.pk}/revoke/", {}, **JSON).status_code == 404
    assert integrator.get(TOKENS).json()["results"] == []


def test_a_second_token_of_the_same_title_is_refused(integrator):
    integrator.post(TOKENS, {"title": "host"}, **JSON)
    again = integrator.post(TOKENS, {"title": "host"}, **JSON)
    assert (again.status_code, again.json()["field"]) == (409, "title")


@pytest.fixture
def outside(monkeypatch):
    """Names lead to a public address, without asking the network."""
    found = [(2, 1, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: found)


def test_a_webhook_is_made_changed_paused_resumed_and_given_a_new_secret(integrator, outside):
    made = integrator.post(
        HOOKS, {"title": "host", "url": "https://a.example/in", "facts": ["planning.*"]}, **JSON
    )
    assert made.status_code == 201, made.content
    address, secret = f"{HOOKS}{made.json()['id']}/", made.json()["secret"]
    assert (
        integrator.patch(address, {"url": "https://b.example/in"}, **JSON).json()["url"]
        == "https://b.example/in"
    )
    assert integrator.post(f"{address}pause/", {}, **JSON).json()["active"] is False
    assert integrator.post(f"{address}pause/", {}, **JSON).status_code == 409
    assert integrator.post(f"{address}resume/", {}, **JSON).json()["active"] is True
    assert integrator.post(f"{address}rotate/", {}, **JSON).json()["secret"] != secret
    assert Journal.objects.filter(fact="core.WebhookChanged").count() == 5


def test_a_webhook_to_an_address_inside_is_refused_at_the_door(integrator):
    answer = integrator.post(HOOKS, {"title": "host", "url": "https://127.0.0.1/in"}, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "private_address")


def test_webhooks_and_deliveries_of_others_are_for_administrators_of_all_sites(client, outside):
    owner = make_user("integrator")
    hook = subscriptions.subscribe(title="host", url="https://a.example/", by=owner)
    event = Journal.objects.latest("id")
    letter = WebhookDelivery.objects.create(webhook=hook, event=event, state="dead")
    client.force_login(make_user("integrator"))
    assert client.get(f"{HOOKS}{hook.pk}/").status_code == 404
    assert client.get(f"{DELIVERIES}{letter.pk}/").status_code == 404
    client.force_login(make_user("administrator"))
    assert client.get(f"{DELIVERIES}{letter.pk}/").json()["fact"] == "core.WebhookChanged"
    assert client.post(f"{DELIVERIES}{letter.pk}/send-again/", {}, **JSON).json()["state"] == "waiting"
    assert client.post(f"{DELIVERIES}{letter.pk}/send-again/", {}, **JSON).status_code == 409


def test_who_administers_one_site_gives_roles_there_and_none_that_reach_further(client):
    north, _south = make_site("NORTH"), make_site("SOUTH")
    keeper, ann = make_user("administrator", site=north), make_user(username="ann")
    client.force_login(keeper)

    def give(scope):
        return client.post(GRANTS, {"user": "ann", "role": "planner", "scope": scope}, **JSON).status_code

    assert (give("NORTH"), give("SOUTH"), give("")) == (201, 403, 403)
    everywhere = Grant.objects.create(user=ann, role="buyer")
    assert client.delete(f"{GRANTS}{everywhere.pk}/").status_code in {403, 404}
    mine = Grant.objects.get(user=ann, scope="NORTH")
    assert client.delete(f"{GRANTS}{mine.pk}/").status_code == 204
    assert Journal.objects.filter(fact="core.GrantChanged").count() == 2


def test_the_last_administrator_stays_one():
    boss = make_user("administrator")
    only = boss.grants.get()
    with pytest.raises(Refused, match="last administrator"):
        people.withdraw(grant=only, by=boss)
    make_user("administrator")
    people.withdraw(grant=only, by=boss)
    assert not boss.grants.exists()


def test_the_same_role_twice_and_an_unknown_one_are_refused():
    boss, ann = make_user("administrator"), make_user()
    people.grant(user=ann, role="planner", by=boss)
    with pytest.raises(Refused, match="already"):
        people.grant(user=ann, role="planner", by=boss)
    with pytest.raises(Refused, match="no role king"):
        people.grant(user=ann, role="king", by=boss)
