"""Embedded PostgreSQL and Valkey, started on demand, stopped with their last user."""

from heaters.embedded.servers import ServerFailed, ServerUrls, embedded_servers, status

__all__ = ["ServerFailed", "ServerUrls", "embedded_servers", "status"]
