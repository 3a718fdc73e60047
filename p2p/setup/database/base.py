"""PostgreSQL whose address is only known once the embedded server runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient

from p2p.setup import holding


def _address() -> dict[str, str]:
    """Where the embedded server listens; starts it when need be."""
    return holding.address(settings.P2P_DATA, durable=settings.P2P_DURABLE)


class DatabaseClient(PostgresClient):
    """`manage.py dbshell` reaches the embedded server too."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Any
    ) -> tuple[list[str], dict[str, str] | None]:
        where = _address()
        there = {key.upper(): where[key] for key in ("host", "port", "user", "password")}
        arguments, environment = super().settings_to_cmd_args_env({**settings_dict, **there}, parameters)
        return arguments, environment


class DatabaseWrapper(PostgresWrapper):
    """Asks the embedded server for its address whenever a new connection is opened."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        where = _address()
        return {**parameters, **{key: where[key] for key in ("host", "port", "user", "password")}}
