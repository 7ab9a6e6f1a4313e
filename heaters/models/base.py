"""What tables share: constraint names that migrations can rely on, UTC times, checked enums."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Enum, func
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def time_field(**options: Any) -> Any:
    """Return a ``timestamp with time zone`` column; by default the time of creation.

    That is the database's time, known once the row is there: hosts may disagree about theirs.
    """
    if "default_factory" not in options:
        options.setdefault("default", None)
        options.setdefault("sa_column_kwargs", {"default": func.clock_timestamp()})
    return Field(sa_type=DateTime(timezone=True), **options)  # pyright: ignore[reportArgumentType]


def enum_type(values: type[StrEnum], name: str) -> Enum:
    """Return a text column type that holds the enum's values, guarded by a CHECK."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda enum: [member.value for member in enum],
    )


class Table(SQLModel):
    """Base of every table; a table is named after its class: ``ClipGroup`` is ``clip_groups``."""

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Return the class name in snake case, plural."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower() + "s"


class WorkFields(Table):
    """How the pipeline's work on a row stands; shared by videos and clips.

    A row is leased while ``lease_owner`` is set and ``lease_until`` lies ahead. ``next_attempt_at``
    is set on a failed row that will be tried again, and says from when on.
    """

    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    lease_owner: UUID | None = None
    lease_until: datetime | None = time_field(default_factory=None, default=None)
    next_attempt_at: datetime | None = time_field(default_factory=None, default=None)
    progress: float | None = None
    last_error: str | None = None
