"""The audit trail: one ordered history per video of cut operations and review actions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from heaters.models.base import Table, enum_type, time_field


class ActionKind(StrEnum):
    """What somebody did to a video's timeline or to the review state of its clips."""

    REPLACE_CUTS = "replace_cuts"
    ADD_CUT = "add_cut"
    REMOVE_CUT = "remove_cut"
    MOVE_CUT = "move_cut"
    CONFIRM_CUT = "confirm_cut"
    APPROVE = "approve"
    SKIP = "skip"
    ARCHIVE = "archive"
    GROUP = "group"
    UNGROUP = "ungroup"
    UNDO = "undo"
    REDO = "redo"


_KIND: Any = enum_type(ActionKind, "kind")


def _computed(expression: str) -> Any:
    """Return a column that PostgreSQL computes when it stores the row."""
    return Field(default=None, sa_column=Column(Integer, Computed(expression, persisted=True)))


class Action(Table, table=True):
    """One action, written in the transaction that carries it out.

    ``changes`` holds a ``domain.history.ClipChange`` for each clip that the action touched. An undo
    is an action that ``reverses`` another; a redo reverses an undo. The actions of a video are
    numbered 1, 2, 3 … by ``revision``: none is lost, none doubled.

    Pages read ``clip_count``, and the frames of the first clip, ``[start_frame, end_frame)``; the
    changes themselves can be megabytes.
    """

    __table_args__ = (
        UniqueConstraint("video_id", "revision"),
        UniqueConstraint("request_id", "video_id", "reviewer_id"),
        CheckConstraint("(kind IN ('undo', 'redo')) = (reverses_id IS NOT NULL)", name="reverses"),
        Index("ix_actions_reviewer_id_id", "reviewer_id", "id"),
        Index("ix_actions_video_id_reviewer_id_id", "video_id", "reviewer_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    video_id: int = Field(foreign_key="videos.id")
    revision: int = Field(description="The video's revision that this action made.")
    reviewer_id: int | None = Field(
        default=None, foreign_key="reviewers.id", description="Null: the system itself."
    )
    kind: ActionKind = Field(sa_type=_KIND)
    frame: int | None = Field(
        default=None, description="The cut that was added, removed, moved or confirmed."
    )
    to_frame: int | None = Field(default=None, description="Where a cut was moved to.")
    reason: str | None = None
    changes: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    clip_count: int | None = _computed("jsonb_array_length(changes)")
    start_frame: int | None = _computed("(((changes -> 0) ->> 'start_frame'::text))::integer")
    end_frame: int | None = _computed("(((changes -> 0) ->> 'end_frame'::text))::integer")
    reverses_id: int | None = Field(
        default=None,
        foreign_key="actions.id",
        unique=True,
        sa_type=BigInteger,
        description="The action that this one takes back; each is taken back at most once.",
    )
    request_id: UUID | None = Field(
        default=None,
        description="The reviewer's request, as their browser named it; null: it came another way.",
    )
    created_at: datetime = time_field()
