"""Artifacts: objects in the store that rows name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlmodel import Field

from heaters.models.base import Table, enum_type, time_field


class ArtifactKind(StrEnum):
    """What an object is to its video or clip."""

    ORIGINAL = "original"
    MASTER = "master"
    PROXY = "proxy"
    ANALYSIS = "analysis"
    SCORES = "scores"
    POSTER = "poster"
    EXPORT = "export"
    KEYFRAME = "keyframe"


_KIND: Any = enum_type(ArtifactKind, "kind")


class Artifact(Table, table=True):
    """One object, named by its key.

    Once retired it is out of use: its object is deleted after a retention period, until when the
    undo of the action that retired it brings it back.
    """

    __table_args__ = (
        CheckConstraint("(kind IN ('export', 'keyframe')) = (clip_id IS NOT NULL)", name="owner"),
        CheckConstraint("(kind = 'keyframe') = (frame IS NOT NULL)", name="frame"),
        CheckConstraint("retired_at IS NOT NULL OR retired_revision IS NULL", name="retired"),
        Index("ix_artifacts_video_id_kind", "video_id", "kind"),
        Index(
            "ix_artifacts_retired_at", "retired_at", postgresql_where=text("retired_at IS NOT NULL")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    video_id: int = Field(foreign_key="videos.id")
    clip_id: int | None = Field(default=None, foreign_key="clips.id", index=True)
    kind: ArtifactKind = Field(sa_type=_KIND)
    key: str = Field(sa_type=String(collation="C"), unique=True)  # pyright: ignore
    size_bytes: int = Field(sa_type=BigInteger)
    frame: int | None = Field(default=None, description="Which proxy frame a keyframe shows.")
    retired_at: datetime | None = time_field(default_factory=None, default=None)
    retired_revision: int | None = Field(
        default=None,
        description="The revision of the action that retired it; null: nothing brings it back.",
    )
    created_at: datetime = time_field()
