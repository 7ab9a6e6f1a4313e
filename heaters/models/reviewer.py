"""Reviewers: the people (or the system) whose actions the audit trail records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from heaters.models.base import Table, time_field

LOCAL_REVIEWER_ID = 1
"""The one reviewer there is until accounts exist; made by the first migration."""


class Reviewer(Table, table=True):
    """Somebody who reviews."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    keys: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSONB, nullable=False, server_default="{}"),
        description="The keyboard of the review desk; see services/preferences.py.",
    )
    created_at: datetime = time_field()
