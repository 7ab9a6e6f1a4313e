"""What a person decides takes effect at once, whatever a worker is doing to the clip."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from heaters.domain.lifecycle import ClipState, VideoState, decision
from heaters.models import Artifact, Clip, Reviewer, Video
from heaters.pipeline.task import LeaseLost, Task
from heaters.repositories.database import UnitOfWork
from heaters.services.cutting import add_cut, move_cut, remove_cut, replace_cuts
from heaters.services.invariants import check_invariants
from heaters.services.reviewing import approve, archive, group, skip
from heaters.services.undoing import redo, undo
from tests.support.barcodes import write_barcode_video
from tests.support.library import Library

FRAMES = 60
CUTS = (10, 20, 30, 40, 50)


class Job:
    """One run of a stage that waits, all done, until it may write its result."""

    def __init__(self) -> None:
        self.task: Task | None = None
        self.ready, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.was_refused = False


class Film:
    """A video of six clips, a worker, and someone who decides."""

    def __init__(self, library: Library, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.library, self._monkeypatch = library, monkeypatch
        self.video_id = library.ingest(source)
        library.wait_for(lambda: library.video(self.video_id).state == VideoState.READY)
        with library.runtime.database.unit_of_work() as uow:
            person = Reviewer(name="someone")
            uow.session.add(person)
            uow.session.flush()
            self.person = person.id or 0
        self.act(replace_cuts, self.video_id, CUTS, reason="a test", reviewer_id=self.person)

    def act(self, service: Callable[..., object], *args: object, **options: object) -> None:
        with self.library.runtime.database.unit_of_work() as uow:
            service(uow, *args, **options)

    def clip(self, clip_id: int) -> Clip:
        return self.library.clip(clip_id)

    def clip_ids(self) -> list[int]:
        return [clip.id or 0 for clip in self.library.clips(self.video_id)]

    def file_count(self, clip_id: int) -> int:
        """Return how many files of a clip are in use."""
        with self.library.runtime.database.unit_of_work() as uow:
            query = select(func.count()).select_from(Artifact)
            in_use = col(Artifact.retired_at).is_(None)
            return uow.session.exec(query.where(Artifact.clip_id == clip_id, in_use)).one()

    def wait_until_embedded(self, clip_id: int) -> None:
        self.library.wait_for(lambda: self.clip(clip_id).state == ClipState.EMBEDDED)

    def assert_sound(self) -> None:
        with self.library.runtime.database.unit_of_work() as uow:
            assert check_invariants(uow) == []

    @contextmanager
    def job(self, stage: str, clip_id: int, prepare: Callable[..., object]) -> Iterator[Job]:
        """Have a worker do a stage of a clip, and write the result after the block."""
        job, finish = Job(), Task.finish

        def waits(task: Task, write: Callable[[UnitOfWork, Video | Clip], None]) -> None:
            if job.task is not None or (task.stage.name, task.id) != (stage, clip_id):
                finish(task, write)
                return
            job.task = task
            job.ready.set()
            assert job.go.wait(60)
            try:
                finish(task, write)
            except LeaseLost:
                job.was_refused = True
                raise
            finally:
                job.ended.set()

        with self._monkeypatch.context() as patched:
            patched.setattr(Task, "finish", waits)
            self.act(prepare, [clip_id], reviewer_id=self.person)
            assert job.ready.wait(60)
            yield job
            job.go.set()
            assert job.ended.wait(60)


@pytest.fixture
def film(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Film]:
    source = write_barcode_video(
        tmp_path / "film.mp4", fps=Fraction(25), frame_count=FRAMES, cuts=CUTS
    )
    with library.worker():
        film = Film(library, source, monkeypatch)
        yield film
        film.assert_sound()


def approve_skip_undo(uow: UnitOfWork, ids: list[int], *, reviewer_id: int) -> None:
    """Leave a clip approved, and its skip to be redone."""
    approve(uow, ids, reviewer_id=reviewer_id)
    skip(uow, ids, reviewer_id=reviewer_id)
    undo(uow, reviewer_id=reviewer_id)


def on_first(service: Callable[..., object]) -> Callable[..., object]:
    return lambda uow, _, clip_id, **who: service(uow, [clip_id], **who)


def on_cuts(service: Callable[..., object], *what: object, **options: object):
    return lambda uow, video_id, _, **who: service(
        uow, video_id, *what, confirm_exported=True, **options, **who
    )


VERBS: dict[str, Callable[..., object]] = {
    "skip": on_first(skip),
    "archive": on_first(archive),
    "add a cut": on_cuts(add_cut, 5),
    "remove a cut": on_cuts(remove_cut, 10),
    "move a cut": on_cuts(move_cut, 10, 12),
    "replace cuts": on_cuts(replace_cuts, [7, *CUTS[1:]], reason="a test"),
    "undo": lambda uow, *_, **who: undo(uow, **who),
    "redo": lambda uow, *_, **who: redo(uow, **who),
}


@pytest.mark.parametrize("stage", ["export", "keyframes", "embed"])
def test_a_decision_takes_a_clip_away_from_a_job(film: Film, stage: str) -> None:
    clip_id = film.clip_ids()[0]
    for verb, service in VERBS.items():
        taken_away(film, stage, clip_id, verb, service)


def taken_away(
    film: Film, stage: str, clip_id: int, verb: str, service: Callable[..., object]
) -> None:
    """Act on a clip whose job is all but done, go back, and do it again."""
    who = {"reviewer_id": film.person}
    prepare = approve_skip_undo if verb == "redo" else approve
    with film.job(stage, clip_id, prepare) as job:
        film.act(service, film.video_id, clip_id, **who)
        decided = film.clip(clip_id).state
        assert decision(decided) != ClipState.REVIEW_APPROVED, verb
        film.assert_sound()
    assert job.was_refused, verb
    assert (film.clip(clip_id).state, film.file_count(clip_id)) == (decided, 0), verb
    back, again = (redo, undo) if verb == "undo" else (undo, redo)
    film.act(back, **who)
    film.wait_until_embedded(clip_id)
    assert film.file_count(clip_id) > 1, verb
    film.act(again, **who)
    assert (film.clip(clip_id).state, film.file_count(clip_id)) == (decided, 0), verb
    film.assert_sound()
    film.act(back, **who)  # the cuts are as they were, for the next verb
    film.act(skip, [clip_id], **who)


@pytest.mark.parametrize("stage", ["export", "keyframes", "embed"])
def test_a_grouping_leaves_a_clip_to_its_job(film: Film, stage: str) -> None:
    ids, who = film.clip_ids()[:2], {"reviewer_id": film.person}
    with film.job(stage, ids[0], approve) as job:
        film.act(group, ids, **who)
        film.act(undo, **who)
        film.act(redo, **who)
    assert not job.was_refused
    film.wait_until_embedded(ids[0])
    assert film.clip(ids[0]).group_id is not None


def test_the_job_hears_that_its_clip_was_taken_away(film: Film) -> None:
    [clip_id, *_] = film.clip_ids()
    with film.job("export", clip_id, approve) as job:
        film.act(undo, reviewer_id=film.person)
        assert job.task is not None
        assert job.task.cancelled.wait(60)
    assert film.clip(clip_id).state == ClipState.PENDING_REVIEW


def test_all_clips_are_approved_and_taken_back_at_once(film: Film) -> None:
    ids, who = film.clip_ids(), {"reviewer_id": film.person}
    for _ in range(5):
        film.act(approve, ids, **who)
        film.library.wait_for(
            lambda: any(film.clip(id_).state != ClipState.REVIEW_APPROVED for id_ in ids)
        )
        film.act(undo, **who)
        assert {film.clip(id_).state for id_ in ids} == {ClipState.PENDING_REVIEW}
        film.assert_sound()
