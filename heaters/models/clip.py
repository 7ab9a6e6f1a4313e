"""Clips: the frame ranges that tile a video, and the groups that reviewers put them in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Integer, func, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, ExcludeConstraint
from sqlmodel import Field

from heaters.domain.lifecycle import ClipState
from heaters.models.base import Table, WorkFields, enum_type, time_field

_STATE: Any = enum_type(ClipState, "state")
_LIVE = text("state <> 'superseded'")


class ClipGroup(Table, table=True):
    """Clips of one video that a reviewer put together."""

    id: int | None = Field(default=None, primary_key=True)
    video_id: int = Field(foreign_key="videos.id", index=True)
    created_at: datetime = time_field()


class Clip(WorkFields, table=True):
    """Frames ``[start_frame, end_frame)`` of one video, and their review state.

    The live clips of a video (all but the superseded) tile ``[0, frame_count)``: no overlap by the
    exclusion constraint below, no gap by the deferred trigger ``clips_tile`` of the first
    migration. A clip's frames never change: a cut operation supersedes it and makes new ones.
    """

    __table_args__ = (
        CheckConstraint("start_frame >= 0 AND start_frame < end_frame", name="range"),
        ExcludeConstraint(
            (Column("video_id", Integer), "="),
            (func.int4range(literal_column("start_frame"), literal_column("end_frame")), "&&"),
            where=_LIVE,
            using="gist",
            name="ex_clips_live_overlap",
        ),
        Index("ix_clips_live_start", "video_id", "start_frame", postgresql_where=_LIVE),
    )

    id: int | None = Field(default=None, primary_key=True)
    video_id: int = Field(foreign_key="videos.id")
    start_frame: int
    end_frame: int
    state: ClipState = Field(default=ClipState.PENDING_REVIEW, sa_type=_STATE, index=True)
    group_id: int | None = Field(default=None, foreign_key="clip_groups.id", index=True)
    revision: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="The video's revision at which reviewers last changed this clip.",
    )
    notes: str = Field(default="", sa_column_kwargs={"server_default": ""})
    tags: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(TEXT), nullable=False, server_default="{}")
    )
    created_at: datetime = time_field()

    @property
    def frame_count(self) -> int:
        """How many frames the clip has."""
        return self.end_frame - self.start_frame
