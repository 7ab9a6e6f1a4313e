"""Embedded PostgreSQL and Valkey, started on demand, stopped with their last user."""
