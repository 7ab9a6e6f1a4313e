"""Files out of use: kept for undo, then let go of; what a row in use names is never touched."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from heaters.domain.lifecycle import ClipState
from heaters.models import Artifact, ArtifactKind, Embedding
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.retention import RetentionRepository
from heaters.services.cutting import add_cut
from heaters.services.retention import collect_retired, forget_collected
from heaters.services.reviewing import approve, archive, skip
from heaters.services.undoing import undo
from tests.support.clock import utc_now
from tests.support.desk import Desk

DAY_S = 86_400


def collect(desk: Desk, *, days: float) -> set[str]:
    """Return what may be deleted so many days from now, of what is kept for a day."""
    now = utc_now() + timedelta(days=days)
    return set(desk.act(collect_retired, now=now, retention_s=DAY_S))


def rows(desk: Desk, keys: set[str]) -> int:
    with desk.database.unit_of_work() as uow:
        return len(uow.session.exec(select(Artifact).where(col(Artifact.key).in_(keys))).all())


def embedded(desk: Desk, clip: int) -> bool:
    with desk.database.unit_of_work() as uow:
        query = select(Embedding).where(Embedding.clip_id == clip)
        return uow.session.exec(query).first() is not None


def exported_clip(desk: Desk, reviewer: int) -> tuple[int, int]:
    video = desk.video(100)
    [clip] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=reviewer)
    desk.work(clip)
    return video, clip


def test_files_of_an_archived_clip_are_let_go_of_after_the_retention_period(desk: Desk):
    ann = desk.reviewer()
    _, clip = exported_clip(desk, ann)
    files = desk.files(clip)
    assert len(files) == 2
    desk.act(archive, [clip], reviewer_id=ann)
    assert not files & collect(desk, days=0.9)
    assert embedded(desk, clip)
    assert files <= collect(desk, days=1.1)
    assert not embedded(desk, clip)
    desk.act(forget_collected, files)
    assert rows(desk, files) == 0
    assert not files & collect(desk, days=1.1)


def test_a_crash_before_or_after_deleting_leaves_the_same_work_to_do(desk: Desk):
    ann = desk.reviewer()
    video, clip = exported_clip(desk, ann)
    files = desk.files(clip)
    desk.act(add_cut, video, 50, reviewer_id=ann, confirm_exported=True)
    assert files <= collect(desk, days=2)
    assert files <= collect(desk, days=2)
    desk.act(forget_collected, files)
    desk.act(forget_collected, files)
    assert rows(desk, files) == 0


def test_files_that_an_undo_brought_back_are_kept(desk: Desk):
    ann = desk.reviewer()
    _, clip = exported_clip(desk, ann)
    files = desk.files(clip)
    desk.act(archive, [clip], reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    assert not files & collect(desk, days=100)
    desk.act(forget_collected, files)
    assert desk.files(clip) == files
    assert desk.clip(clip).state == ClipState.EMBEDDED


def test_a_clip_approved_again_keeps_its_new_files_and_its_vector(desk: Desk):
    ann = desk.reviewer()
    _, clip = exported_clip(desk, ann)
    old = desk.files(clip)
    desk.act(archive, [clip], reviewer_id=ann)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    new = desk.files(clip)
    collected = collect(desk, days=2)
    assert old <= collected
    assert not new & collected
    assert embedded(desk, clip)


def test_the_vector_stays_while_an_undo_can_bring_back_any_file_of_the_clip(desk: Desk):
    ann = desk.reviewer()
    _, clip = exported_clip(desk, ann)
    desk.act(skip, [clip], reviewer_id=ann)
    between = utc_now()
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    desk.act(skip, [clip], reviewer_id=ann)
    desk.act(collect_retired, now=between + timedelta(days=1), retention_s=DAY_S)
    assert embedded(desk, clip)
    desk.act(undo, reviewer_id=ann)
    assert desk.clip(clip).state == ClipState.EMBEDDED
    desk.act(skip, [clip], reviewer_id=ann)
    collect(desk, days=2)
    assert not embedded(desk, clip)


def test_any_number_of_clips_and_keys_fits_into_one_statement(desk: Desk):
    many = range(1_000_000_000, 1_000_070_000)
    with desk.database.unit_of_work() as uow:
        repository = RetentionRepository(uow.session)
        repository.retire(many, revision=1)
        assert repository.revive(list(many), revision=1) == set()
        repository.forget(map(str, many))
        repository.given_up(retired_before=utc_now(), limit=1, without=list(map(str, many)))
        browsing = BrowsingRepository(uow.session)
        assert browsing.videos_by_id(many) == browsing.numbered_clips(many) == {}
        assert browsing.artifact_ids(ArtifactKind.EXPORT, clip_ids=many) == {}
        assert ClipRepository(uow.session).state_counts(many) == {}


def test_a_clip_that_somebody_is_changing_is_left_for_the_next_time(desk: Desk):
    ann = desk.reviewer()
    _, clip = exported_clip(desk, ann)
    files = desk.files(clip)
    desk.act(archive, [clip], reviewer_id=ann)
    with desk.database.unit_of_work() as uow:
        undo(uow, reviewer_id=ann)
        assert not files & collect(desk, days=2)
    assert desk.files(clip) == files


def test_keys_come_in_batches(desk: Desk):
    ann = desk.reviewer()
    _, clip = exported_clip(desk, ann)
    desk.act(archive, [clip], reviewer_id=ann)
    now = utc_now() + timedelta(days=2)
    collected: set[str] = set()
    while keys := desk.act(collect_retired, now=now, retention_s=DAY_S, limit=1):
        assert len(keys) == 1
        assert not collected & set(keys)
        collected |= set(keys)
        desk.act(forget_collected, keys)
    assert len(collected) >= 2
