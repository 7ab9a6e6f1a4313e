"""Everything that a person waits for a database to answer, by name, over a ``Large`` library."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import col, select

from heaters.models import Action, ArtifactKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.services.reviewing import approve
from heaters.services.searching import similar_clips
from heaters.services.undoing import undo
from heaters.state import history, library, similar, video
from heaters.state.reading import (
    read_clips,
    read_details,
    read_last_action,
    read_opened_frame,
    read_video,
)
from heaters.state.reading_after import read_after
from tests.support.large import ME, NEWCOMER, OTHER, Large

Read = Callable[[UnitOfWork], object]


def reads_of(large: Large) -> dict[str, Read]:
    """Return what pages and commands read, each as one transaction does it."""
    last_page = (large.videos - 1) // library.PAGE_SIZE
    some, long = large.videos // 2, large.long_video
    clip = large.videos + 1
    reads: dict[str, Read] = {
        "library, first screenful": lambda uow: library._look(uow, 0),
        "library, last screenful": lambda uow: library._look(uow, last_page),
        "similar clips": lambda uow: _similar(uow, clip),
        "video by its address": lambda uow: VideoRepository(uow.session).from_source(
            f"https://example.org/films/{some}"
        ),
        "video by an address that is new": lambda uow: VideoRepository(uow.session).from_source(
            "https://example.org/new"
        ),
        "video by its hash": lambda uow: VideoRepository(uow.session).of_content("0" * 64),
        "file of a clip": lambda uow: ArtifactRepository(uow.session).of_clip(
            clip, ArtifactKind.EXPORT
        ),
    }
    for words, video_id in (("100 clips", some), (f"{large.videos:,} clips", long)):
        last_clips = (large.videos if video_id == long else 100) // video.PAGE_SIZE - 1
        reads |= {
            f"video page of {words}": lambda uow, id_=video_id: video._look(uow, id_, ME, "", 0),
            f"video page of {words}, last screenful": (
                lambda uow, id_=video_id, page=last_clips: video._look(uow, id_, ME, "", page)
            ),
            f"video page of {words}, one group": (
                lambda uow, id_=video_id: video._look(uow, id_, ME, "pending", 0)
            ),
            f"desk of {words}, opened": lambda uow, id_=video_id: _open_desk(uow, id_),
            f"desk of {words}, after an action": lambda uow, id_=video_id: _after(uow, id_),
            f"history of {words}": (
                lambda uow, id_=video_id: history._look(uow, id_, ME, history.PAGE_SIZE + 1)
            ),
            f"approve and undo among {words}": lambda uow, id_=video_id: _judge(uow, id_),
        }
    for words, reviewer_id, video_id in (
        ("anywhere", ME, None),
        ("anywhere, by a newcomer", NEWCOMER, None),
        ("in a video touched first", ME, large.first_video),
        ("in a video touched last", ME, large.last_video),
        ("in a video touched by another", OTHER, large.first_video),
        ("in a video never touched", ME, large.untouched_video),
    ):
        reads[f"undo and redo {words}"] = lambda uow, id_=reviewer_id, video_id=video_id: (
            _reversible(uow, id_, video_id)
        )
    return reads


def _similar(uow: UnitOfWork, clip_id: int) -> object:
    return similar._look(uow, clip_id, similar_clips(uow, clip_id, limit=similar.LIMIT))


def _open_desk(uow: UnitOfWork, video_id: int) -> None:
    reading = read_video(uow, video_id)
    read_opened_frame(uow, reading, str(reading.clips.ids[-1]))
    read_last_action(uow, reading, ME)
    read_details(uow, reading, len(reading.clips.ids) - 1)


def _after(uow: UnitOfWork, video_id: int) -> None:
    """The first reading is no part of it, but has to be there."""
    query = select(Action).where(Action.video_id == video_id)
    action = uow.session.exec(query.order_by(col(Action.revision).desc()).limit(1)).one()
    reading = read_after(uow, read_clips(uow, read_video(uow, video_id)), action)
    read_last_action(uow, reading, ME)
    read_details(uow, reading, 0)


def _judge(uow: UnitOfWork, video_id: int) -> None:
    reading = read_video(uow, video_id)
    last = reading.clips.ids[-1]
    approve(uow, [last], reviewer_id=OTHER)
    undo(uow, reviewer_id=OTHER, video_id=video_id)


def _reversible(uow: UnitOfWork, reviewer_id: int, video_id: int | None) -> None:
    actions = ActionRepository(uow.session)
    actions.last_undoable(reviewer_id, video_id)
    actions.last_redoable(reviewer_id, video_id)
