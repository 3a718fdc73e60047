"""Webhooks: signed, in order per record, patient, and not to be sent inside."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction

from p2p.core import clock, webhooks
from p2p.core.facts import tell
from p2p.core.models import Webhook, WebhookDelivery
from p2p.core.refusal import Refused
from tests.core.facts import Painted
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent; answers with the first of `answers`, then 200."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def make_hook(receiver=None, **also):
    url = f"http://127.0.0.1:{receiver.server_port}/in?from=p2p" if receiver else "https://example.org/in"
    also = {"title": "host", "url": url, "secret": "s3cret", "owner": make_user("integrator"), **also}
    return Webhook.objects.create(**also)


def paint(*things, colour="red"):
    with transaction.atomic():
        tell(Painted(things=things, colour=colour))


def bodies(receiver):
    return [json.loads(body) for _headers, body in receiver.got]


def test_a_fact_arrives_signed(receiver):
    make_hook(receiver)
    paint(colour="blue")
    assert webhooks.relay() == 1
    assert webhooks.deliver() == 1
    ((headers, body),) = receiver.got
    at, digest = (part.partition("=")[2] for part in headers["P2P-Signature"].split(","))
    assert hmac.new(b"s3cret", f"{at}.".encode() + body, hashlib.sha256).hexdigest() == digest
    assert headers["P2P-Fact"] == "facts.Painted"
    assert json.loads(body)["payload"]["colour"] == "blue"
    assert WebhookDelivery.objects.get().state == "delivered"


def test_each_fact_is_relayed_once_however_often_the_relay_runs(receiver):
    make_hook(receiver)
    paint()
    webhooks.relay()
    webhooks.relay()
    webhooks.deliver()
    assert len(receiver.got) == 1


def test_a_subscriber_hears_only_its_facts_and_sites(receiver):
    north, south = make_site("NORTH"), make_site("SOUTH")
    make_hook(receiver, facts=["planning.*"], title="other")
    make_hook(receiver, facts=["facts.Painted"], scope="NORTH")
    paint(north.locations.first(), colour="n")
    paint(south.locations.first(), colour="s")
    webhooks.relay()
    webhooks.deliver()
    assert [event["payload"]["colour"] for event in bodies(receiver)] == ["n"]


def test_a_subscriber_hears_no_more_than_its_owner_may_see(receiver):
    north, south = make_site("NORTH"), make_site("SOUTH")
    make_hook(receiver, owner=make_user("integrator", site=north))
    paint(north.locations.first(), colour="n")
    paint(south.locations.first(), colour="s")
    webhooks.relay()
    webhooks.deliver()
    assert [event["payload"]["colour"] for event in bodies(receiver)] == ["n"]


def test_a_failure_holds_back_later_ones_of_the_same_record_only(receiver):
    one, two = make_user(), make_user()
    make_hook(receiver)
    receiver.answers = [500]
    paint(one, colour="1a")
    paint(one, colour="1b")
    paint(two, colour="2")
    webhooks.relay()
    assert webhooks.deliver() == 0
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        webhooks.deliver()
        assert [event["payload"]["colour"] for event in bodies(receiver)] == ["1a", "2"]
    with clock.frozen(clock.now() + timedelta(seconds=10)):
        webhooks.deliver()
    assert [event["payload"]["colour"] for event in bodies(receiver)] == ["1a", "2", "1a", "1b"]


def test_a_server_that_stays_down_ends_as_a_dead_letter_that_can_be_sent_again(receiver):
    make_hook(receiver)
    paint()
    webhooks.relay()
    WebhookDelivery.objects.update(attempts=webhooks.ATTEMPTS - 1)
    receiver.answers = [503]
    webhooks.deliver()
    letter = WebhookDelivery.objects.get()
    assert (letter.state, letter.status, letter.problem) == ("dead", 503, "The server answered 503.")
    webhooks.replay(delivery=letter)
    assert webhooks.deliver() == 1


def test_a_redirect_is_not_followed(receiver):
    make_hook(receiver)
    receiver.answers = [302]
    paint()
    webhooks.relay()
    assert webhooks.deliver() == 0
    assert len(receiver.got) == 1


def test_a_delivery_in_one_workers_hands_is_not_taken_by_another(receiver):
    make_hook(receiver)
    paint()
    webhooks.relay()
    assert webhooks._lease_next(set()) is not None
    assert webhooks._lease_next(set()) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/in",
        "https://10.1.2.3/in",
        "https://[::1]/in",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost:8000/",
        "https://0.0.0.0/",
    ],
)
def test_no_message_goes_to_an_address_inside_the_house(url):
    with pytest.raises(Refused) as no:
        webhooks.checked_address(url)
    assert no.value.code == "private_address"


@pytest.mark.parametrize("url", ["http://example.org/", "ftp://example.org/", "https:///in", "nonsense"])
def test_only_https_addresses_are_taken(url):
    with pytest.raises(Refused, match="is not an https address"):
        webhooks.checked_address(url)


def test_a_name_with_one_inner_address_among_public_ones_is_a_trick(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("192.168.0.7", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: found)
    with pytest.raises(Refused, match="inside the house"):
        webhooks.checked_address("https://trick.example/")


def test_a_private_address_ends_in_the_log_of_the_delivery_not_in_a_request():
    make_hook(url="https://10.0.0.1/in")
    paint()
    webhooks.relay()
    assert webhooks.deliver() == 0
    assert "inside the house" in WebhookDelivery.objects.get().problem
