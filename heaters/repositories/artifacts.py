"""Queries on artifacts: which objects of the store belong to what."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select, update

from heaters.domain.errors import NotFound
from heaters.models import Artifact, ArtifactKind
from heaters.repositories.sets import among

OF_CLIPS = {ArtifactKind.EXPORT, ArtifactKind.KEYFRAME}
"""What belongs to a clip; all else belongs to its video."""


class ArtifactRepository:
    """Artifacts of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(
        self,
        kind: ArtifactKind,
        key: str,
        *,
        video_id: int,
        size_bytes: int,
        clip_id: int | None = None,
        frame: int | None = None,
    ) -> None:
        """Name the object ``key`` as in use, whether or not a row named it before."""
        row = {
            "kind": kind,
            "key": key,
            "video_id": video_id,
            "clip_id": clip_id,
            "frame": frame,
            "size_bytes": size_bytes,
        }
        statement = insert(Artifact).values(row)
        self._session.exec(
            statement.on_conflict_do_update(
                index_elements=["key"],
                set_={"size_bytes": statement.excluded.size_bytes, "retired_at": None},
            )
        )

    def of_video(self, video_id: int, kind: ArtifactKind) -> Artifact:
        """Return the video's artifact of this kind that is in use.

        Raises:
            NotFound: it has none.
        """
        query = select(Artifact).where(
            Artifact.video_id == video_id,
            Artifact.kind == kind,
            col(Artifact.clip_id).is_(None),
            col(Artifact.retired_at).is_(None),
        )
        artifact = self._session.exec(query.order_by(col(Artifact.id).desc()).limit(1)).first()
        if artifact is None:
            raise NotFound(f"video {video_id} has no {kind}")
        return artifact

    def in_use_of_video(self, video_id: int) -> dict[ArtifactKind, Artifact]:
        """Return the video's own artifacts that are in use, the latest of each kind."""
        query = select(Artifact).where(
            Artifact.video_id == video_id,
            col(Artifact.kind).in_(set(ArtifactKind) - OF_CLIPS),
            col(Artifact.retired_at).is_(None),
        )
        found = self._session.exec(query.order_by(col(Artifact.id)))
        return {artifact.kind: artifact for artifact in found}

    def of_clip(self, clip_id: int, kind: ArtifactKind) -> Sequence[Artifact]:
        """Return the clip's artifacts of this kind that are in use, by frame."""
        query = select(Artifact).where(
            Artifact.clip_id == clip_id, Artifact.kind == kind, col(Artifact.retired_at).is_(None)
        )
        return self._session.exec(query.order_by(col(Artifact.frame))).all()

    def named_among(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys that a row names, in use or not."""
        return set(self._session.exec(select(Artifact.key).where(among(col(Artifact.key), keys))))

    def any_in_use(self) -> bool:
        """Tell whether any object must be in the store."""
        query = select(Artifact.id).where(col(Artifact.retired_at).is_(None)).limit(1)
        return self._session.exec(query).first() is not None

    def retire_of_video(self, video_id: int, kind: ArtifactKind) -> None:
        """Take the video's own artifacts of this kind out of use."""
        self._retire(col(Artifact.video_id) == video_id, col(Artifact.kind) == kind)

    def retire_of_clip(self, clip_id: int, *kinds: ArtifactKind) -> None:
        """Take the clip's artifacts of these kinds out of use."""
        self._retire(col(Artifact.clip_id) == clip_id, col(Artifact.kind).in_(kinds))

    def _retire(self, *conditions: ColumnElement[bool]) -> None:
        self._session.exec(
            update(Artifact)
            .where(*conditions, col(Artifact.retired_at).is_(None))
            .values(retired_at=func.clock_timestamp())
        )

    def forget(self, key: str) -> None:
        """Delete the row of an object that is no longer in the store."""
        self._session.exec(delete(Artifact).where(col(Artifact.key) == key))
