"""What looks after a library: its installation's id, its chores, and leftovers in the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from heaters.models.base import Table, time_field


class Installation(Table, table=True):
    """The one row that names this database; a store that it works with carries the same id."""

    id: UUID = Field(primary_key=True)
    created_at: datetime = time_field()


class Chore(Table, table=True):
    """How the last or present round of a chore stands. Times are the database's clock.

    A round is under way while it has a lease; ``cursor`` says where another worker goes on with
    one that was cut off. ``ended_at``, ``result`` and ``error`` are those of the last round that
    ended; one without an error was done.
    """

    name: str = Field(primary_key=True)
    started_at: datetime | None = time_field(default_factory=None, default=None)
    ended_at: datetime | None = time_field(default_factory=None, default=None)
    lease_owner: UUID | None = None
    lease_until: datetime | None = time_field(default_factory=None, default=None)
    cursor: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    error: str | None = None


class Leftover(Table, table=True):
    """An object under a key of ours that no row names: a killed job's, most of the time."""

    key: str = Field(sa_column=Column(String(collation="C"), primary_key=True))
    kind: str = Field(description="The artifact kind that the key says.")
    size_bytes: int = Field(sa_type=BigInteger)
    first_seen_at: datetime = time_field(sa_column_kwargs={"server_default": func.now()})
