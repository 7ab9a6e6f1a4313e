"""Videos, reviewers and clips for tests of the services, and what a pipeline would do to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from sqlmodel import col, select

from heaters.domain.lifecycle import BUSY_CLIP_STATES, ClipState, VideoState, advance
from heaters.domain.timeline import FrameRange, Timeline, timeline_from_clips
from heaters.migrations import upgrade
from heaters.models import (
    Action,
    Artifact,
    ArtifactKind,
    Clip,
    Reviewer,
    Video,
)
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import Database, Job, UnitOfWork
from heaters.repositories.embeddings import EmbeddingRepository
from heaters.services.cutting import create_virtual_clips
from heaters.services.invariants import check_invariants
from heaters.storage.keys import (
    analysis_key,
    clip_export_key,
    keyframe_key,
    master_key,
    new_token,
    proxy_key,
)
from tests.support.clock import utc_now

T = TypeVar("T")

_numbers = count(1)

PIPELINE = (
    ClipState.EXPORTING,
    ClipState.EXPORTED,
    ClipState.KEYFRAMING,
    ClipState.KEYFRAMED,
    ClipState.EMBEDDING,
    ClipState.EMBEDDED,
)


class Desk:
    """A migrated database, and short ways to say what tests say often."""

    def __init__(self, database_url: str) -> None:
        self.sent: list[Job] = []
        self.database = Database(database_url, send=self.sent.extend)
        upgrade(self.database.engine)

    def act(self, service: Callable[..., T], *args: Any, **options: Any) -> T:
        """Call a service in a transaction of its own."""
        with self.database.unit_of_work() as uow:
            return service(uow, *args, **options)

    def reviewer(self) -> int:
        """Add a reviewer whose name is ``reviewer N``."""
        with self.database.unit_of_work() as uow:
            reviewer = Reviewer(name=f"reviewer {next(_numbers)}")
            uow.session.add(reviewer)
            uow.session.flush()
            assert reviewer.id is not None
            return reviewer.id

    def reviewer_name(self, reviewer_id: int) -> str:
        """Return a reviewer's name."""
        with self.database.unit_of_work() as uow:
            return uow.session.get_one(Reviewer, reviewer_id).name

    def video(self, frame_count: int, cuts: Iterable[int] = ()) -> int:
        """Add a video as scene detection leaves it."""
        with self.database.unit_of_work() as uow:
            video = Video(
                title="a film",
                source="film.mp4",
                state=VideoState.DETECTING_SCENES,
                fps_num=25,
                fps_den=1,
                frame_count=frame_count,
                width=320,
                height=180,
            )
            uow.session.add(video)
            uow.session.flush()
            assert video.id is not None
            for kind in (ArtifactKind.MASTER, ArtifactKind.PROXY, ArtifactKind.ANALYSIS):
                uow.session.add(_artifact(video.id, kind))
            create_virtual_clips(uow, video.id, cuts, reason="a test")
            advance(video, VideoState.READY)
        return video.id

    def clips(self, video_id: int) -> Sequence[Clip]:
        """Return the live clips in order."""
        with self.database.unit_of_work() as uow:
            return ClipRepository(uow.session).live(video_id)

    def clip(self, clip_id: int) -> Clip:
        """Return a clip as it is now."""
        with self.database.unit_of_work() as uow:
            return ClipRepository(uow.session).get(clip_id)

    def clip_ids(self, video_id: int) -> list[int]:
        """Return the ids of the live clips in order."""
        return [clip_id(clip) for clip in self.clips(video_id)]

    def timeline(self, video_id: int) -> Timeline:
        """Return the timeline of the live clips; they must tile."""
        clips = self.clips(video_id)
        ranges = [FrameRange(clip.start_frame, clip.end_frame) for clip in clips]
        return timeline_from_clips(clips[-1].end_frame, ranges)

    def rows(self, video_id: int) -> dict[int, tuple[object, ...]]:
        """Return all that reviewers decided on each clip ever made of a video, by id."""
        with self.database.unit_of_work() as uow:
            clips = uow.session.exec(select(Clip).where(Clip.video_id == video_id))
            return {
                clip_id(c): (c.start_frame, c.end_frame, c.state, c.group_id, c.revision, c.notes)
                for c in clips
            }

    def actions(self, video_id: int) -> Sequence[Action]:
        """Return the audit trail of a video, oldest first."""
        return trail_of(self.database, video_id)

    def files(self, clip_id: int) -> set[str]:
        """Return the keys of a clip's files that are in use."""
        with self.database.unit_of_work() as uow:
            query = select(Artifact.key).where(
                Artifact.clip_id == clip_id, col(Artifact.retired_at).is_(None)
            )
            return set(uow.session.exec(query))

    def retired_at(self, video_id: int) -> list[datetime]:
        """Return when files of a video were retired that an undo may bring back."""
        with self.database.unit_of_work() as uow:
            query = select(Artifact.retired_at).where(
                Artifact.video_id == video_id, col(Artifact.retired_revision).is_not(None)
            )
            return sorted({moment for moment in uow.session.exec(query) if moment})

    def has_vector(self, clip_id: int) -> bool:
        """Tell whether a clip has an embedding."""
        with self.database.unit_of_work() as uow:
            return EmbeddingRepository(uow.session).newest(clip_id) is not None

    @contextmanager
    def editing(self, clip_id: int):
        """Change a row directly in a transaction."""
        with self.database.unit_of_work() as uow:
            yield ClipRepository(uow.session).get(clip_id)

    def work(self, clip_id: int, until: ClipState = ClipState.EMBEDDED) -> None:
        """Take an approved clip to ``until``, as the pipeline does."""
        with self.database.unit_of_work() as uow:
            clip = ClipRepository(uow.session).get(clip_id)
            first = PIPELINE.index(clip.state) + 1 if clip.state in PIPELINE else 0
            for state in PIPELINE[first : PIPELINE.index(until) + 1]:
                advance(clip, state)
                clip.lease_owner, clip.lease_until = None, None
                if state in BUSY_CLIP_STATES:
                    clip.lease_owner, clip.lease_until = uuid4(), utc_now()
                add_made_files(uow, clip)

    def assert_sound(self) -> None:
        """Prove the invariants over the whole database."""
        assert self.act(check_invariants) == []


def trail_of(database: Database, video_id: int) -> Sequence[Action]:
    """Return the audit trail of a video, oldest first."""
    with database.unit_of_work() as uow:
        query = select(Action).where(Action.video_id == video_id).order_by(col(Action.revision))
        return uow.session.exec(query).all()


def add_made_files(uow: UnitOfWork, clip: Clip) -> None:
    """Add the rows of what a stage makes that has just brought the clip to its state."""
    match clip.state:
        case ClipState.EXPORTED:
            uow.session.add(_artifact(clip.video_id, ArtifactKind.EXPORT, clip))
        case ClipState.KEYFRAMED:
            uow.session.add(_artifact(clip.video_id, ArtifactKind.KEYFRAME, clip))
        case ClipState.EMBEDDED:
            EmbeddingRepository(uow.session).put(
                clip_id(clip), model="m", strategy="s", vector=[1.0, 0.0]
            )
        case _:
            pass


def clip_id(clip: Clip) -> int:
    """Return the id of a clip that came from the database."""
    assert clip.id is not None
    return clip.id


def _artifact(video_id: int, kind: ArtifactKind, clip: Clip | None = None) -> Artifact:
    return Artifact(
        video_id=video_id,
        clip_id=clip.id if clip else None,
        frame=clip.start_frame if clip and kind is ArtifactKind.KEYFRAME else None,
        kind=kind,
        key=_key(video_id, kind, clip),
        size_bytes=1,
    )


def _key(video_id: int, kind: ArtifactKind, clip: Clip | None) -> str:
    match kind:
        case ArtifactKind.EXPORT if clip:
            return clip_export_key(video_id, clip_id(clip), new_token())
        case ArtifactKind.KEYFRAME if clip:
            return keyframe_key(video_id, clip_id(clip), clip.start_frame, new_token())
        case ArtifactKind.MASTER:
            return master_key(video_id, new_token(), ".mkv")
        case ArtifactKind.PROXY:
            return proxy_key(video_id, new_token())
        case _:
            return analysis_key(video_id, new_token(), ".bgr")
