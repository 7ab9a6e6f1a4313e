"""Videos: one source each, its exact rate and size, and where it stands in the pipeline."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from heaters.domain.lifecycle import VideoState
from heaters.models.base import WorkFields, enum_type, time_field

_STATE: Any = enum_type(VideoState, "state")


class Video(WorkFields, table=True):
    """One source video. Rate, size and frame count are the proxy's, known once it exists."""

    __table_args__ = (
        CheckConstraint("fps_num > 0 AND fps_den > 0", name="fps"),
        CheckConstraint("frame_count > 0", name="frame_count"),
        CheckConstraint(
            "state NOT IN ('preprocessed', 'detecting_scenes', 'ready', 'detect_failed')"
            " OR (frame_count IS NOT NULL AND fps_num IS NOT NULL AND fps_den IS NOT NULL"
            " AND width IS NOT NULL AND height IS NOT NULL)",
            name="preprocessed",
        ),
        # An address may be longer than what a B-tree takes.
        Index("ix_videos_source", "source", postgresql_using="hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str
    source: str = Field(description="The address it came from, or the name of the given file.")
    content_sha256: str | None = Field(
        default=None,
        index=True,
        description="Of the source file's bytes; null: not downloaded yet, or from before hashes.",
    )
    state: VideoState = Field(default=VideoState.NEW, sa_type=_STATE, index=True)
    fps_num: int | None = Field(default=None, sa_type=BigInteger)
    fps_den: int | None = Field(default=None, sa_type=BigInteger)
    frame_count: int | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    warnings: list[dict[str, str]] = Field(
        default_factory=list,
        sa_column=Column(JSONB, nullable=False, server_default="[]"),
        description="What could not be kept of the source: ``SourceWarning.as_json`` of each.",
    )
    detector: str | None = Field(default=None, description="Which detector proposed the cuts.")
    threshold: float | None = Field(
        default=None, description="The score from which on it proposed one."
    )
    revision: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="The number of actions on its timeline and clips so far.",
    )
    created_at: datetime = time_field()

    @property
    def fps(self) -> Fraction | None:
        """The proxy's constant rate in frames per second."""
        if self.fps_num is None or self.fps_den is None:
            return None
        return Fraction(self.fps_num, self.fps_den)
