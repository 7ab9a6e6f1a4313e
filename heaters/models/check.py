"""Checks: what proving the invariants over the whole database found, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from heaters.models.base import Table, time_field


class Check(Table, table=True):
    """One run of the check; each finding is ``{"rule", "where", "what"}``, all texts.

    Of each rule only the first findings are kept; ``finding_count`` counts all.
    """

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = time_field(default_factory=None)
    ended_at: datetime = time_field()
    finding_count: int
    findings: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
