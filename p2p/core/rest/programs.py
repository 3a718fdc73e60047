"""For programs and those who run them: tokens, webhooks and their deliveries, people and roles."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import Role, may
from p2p.core.models import ApiToken, Grant, User, Webhook, WebhookDelivery
from p2p.core.rest.serializers import KeyField, RecordSerializer
from p2p.core.rest.verbs import verb
from p2p.core.rest.viewsets import RecordViewSet
from p2p.core.services import people, subscriptions, tokens

KEEPERS = (Role.INTEGRATOR, Role.ADMINISTRATOR)


def by_a_person(request: Request) -> None:
    """A token makes no tokens and no subscriptions: it would reach further than it does itself."""
    if isinstance(request.auth, ApiToken):
        raise PermissionDenied(_("This takes a person who has logged in; a token may not do it."))


class TokenSerializer(RecordSerializer):
    """A token without its secret."""

    class Meta:
        model = ApiToken
        fields = (
            "id", "title", "prefix", "power", "apps", "scopes", "created_at", "expires_at", "revoked_at",
            "last_used_at",
        )  # fmt: skip
        read_only_fields = ("prefix", "created_at", "revoked_at", "last_used_at")


class TokenApi(RecordViewSet):
    """One's own tokens. The secret is in the answer to the request that makes it, and nowhere else ever."""

    queryset = ApiToken.objects.all()
    serializer_class = TokenSerializer
    key = "pk"
    order = ("id",)
    write_roles = KEEPERS

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(user_id=self.request.user.pk)

    def create(self, request: Request) -> Response:
        """Make a token and show its secret, this once."""
        by_a_person(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user: Any = request.user
        token, secret = tokens.issue(user=user, **form.validated_data, by=user)
        shown = {**self.get_serializer(token).data, "secret": secret}
        return Response(shown, status=201, headers={"Cache-Control": "no-store"})

    @verb(roles=tuple(Role))
    def revoke(self, token: ApiToken, by: User) -> ApiToken:
        """End it now, for good."""
        return tokens.revoke(token=token, by=by)


class WebhookSerializer(RecordSerializer):
    """A subscription. Facts are names or `planning.*`; none means all."""

    facts = serializers.ListField(child=serializers.CharField(max_length=80), required=False)

    class Meta:
        model = Webhook
        fields = (
            "id",
            "title",
            "url",
            "facts",
            "scope",
            "secret",
            "active",
            "position",
            "owner",
            "created_at",
        )
        read_only_fields = ("secret", "active", "position", "owner", "created_at")


class WebhookApi(RecordViewSet):
    """Addresses that are told what happens, signed with their secret."""

    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    key = "pk"
    order = ("title",)
    read_roles = write_roles = KEEPERS
    record_name = "webhook"
    adds, changes = staticmethod(subscriptions.subscribe), staticmethod(subscriptions.change)

    def get_queryset(self) -> QuerySet[Any]:
        mine = super().get_queryset()
        return mine if may(self.request.user, site="") else mine.filter(owner_id=self.request.user.pk)

    def create(self, request: Request) -> Response:
        """Subscribe."""
        by_a_person(request)
        return super().create(request)

    @verb(roles=KEEPERS)
    def rotate(self, webhook: Webhook, by: User) -> Webhook:
        """A new secret, from the next message on."""
        return subscriptions.rotate(webhook=webhook, by=by)

    @verb(roles=KEEPERS)
    def pause(self, webhook: Webhook, by: User) -> Webhook:
        """Send nothing for now."""
        return subscriptions.pause(webhook=webhook, by=by)

    @verb(roles=KEEPERS)
    def resume(self, webhook: Webhook, by: User) -> Webhook:
        """Go on where it stopped."""
        return subscriptions.resume(webhook=webhook, by=by)


class DeliverySerializer(RecordSerializer):
    """One event on its way to one webhook."""

    webhook = KeyField(key="title", read_only=True)
    fact = serializers.CharField(source="event.fact")
    record = serializers.CharField(source="event.record_key")

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "webhook", "event_id", "fact", "record", "state", "attempts", "next_at", "ended_at", "status",
            "problem",
        )  # fmt: skip


class DeliveryApi(RecordViewSet):
    """The log of deliveries, newest first."""

    queryset = WebhookDelivery.objects.select_related("event")
    serializer_class = DeliverySerializer
    key = "pk"
    filters = {"webhook": "webhook_id", "state": "state", "event": "event_id"}
    order = ("-id",)
    read_roles = KEEPERS

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return (
            rows if may(self.request.user, site="") else rows.filter(webhook__owner_id=self.request.user.pk)
        )

    @verb(roles=KEEPERS)
    def send_again(self, delivery: WebhookDelivery, by: User) -> WebhookDelivery:
        """Send one that arrived or was given up once more."""
        return subscriptions.send_again(delivery=delivery, by=by)


class UserSerializer(RecordSerializer):
    """A person as others see them."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "language", "default_scope", "is_active")


class UserApi(RecordViewSet):
    """People."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    key = "username"
    filters = {"active": "is_active"}
    searches = ("username", "first_name", "last_name")
    orderings = ("username", "last_name")
    read_roles = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.INTEGRATOR)


class GrantSerializer(RecordSerializer):
    """A role of a user, everywhere (scope "") or at a site."""

    class Meta:
        model = Grant
        fields = ("id", "user", "role", "scope", "granted_at")
        read_only_fields = ("granted_at",)
        validators: tuple[Any, ...] = ()


class GrantApi(RecordViewSet):
    """Who may do what where."""

    queryset = Grant.objects.all()
    serializer_class = GrantSerializer
    key = "pk"
    filters = {"user": "user__username", "role": "role", "scope": "scope"}
    order = ("user__username", "role", "scope")
    read_roles = write_roles = (Role.ADMINISTRATOR,)
    site_path = "scope"  # who administers one site gives roles there, and none that reach further
    record_name = "grant"
    adds, removes = staticmethod(people.grant), staticmethod(people.withdraw)
