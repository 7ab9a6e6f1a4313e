"""Cut operations: what becomes of clips, what is refused, and what it leaves in the trail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event

from heaters.domain.cuts import CutOutOfBounds, NoSuchCut
from heaters.domain.errors import HeatersError, NotFound
from heaters.domain.lifecycle import ClipState, VideoState
from heaters.domain.review import ClipsExist, ConfirmationRequired, VideoNotReady
from heaters.domain.timeline import DuplicateCut, FrameOutOfRange, FrameRange, OverlappingRanges
from heaters.models import ActionKind, Video
from heaters.repositories.database import UnitOfWork
from heaters.services.cutting import (
    add_cut,
    create_virtual_clips,
    import_ranges,
    move_cut,
    remove_cut,
    replace_cuts,
)
from heaters.services.reviewing import approve, group, skip
from tests.support.desk import PIPELINE, Desk


def test_an_added_cut_parts_a_clip(desk: Desk):
    video, ann = desk.video(100, [40]), desk.reviewer()
    first, second = desk.clip_ids(video)
    action = desk.act(add_cut, video, 60, reviewer_id=ann)
    assert desk.timeline(video).cuts == (40, 60)
    assert desk.clip_ids(video)[0] == first
    assert desk.clip(second).state == ClipState.SUPERSEDED
    assert (action.kind, action.frame, action.reviewer_id) == (ActionKind.ADD_CUT, 60, ann)


def test_a_removed_cut_merges_its_neighbours(desk: Desk):
    video, ann = desk.video(100, [40, 60]), desk.reviewer()
    desk.act(remove_cut, video, 60, reviewer_id=ann)
    assert desk.timeline(video).cuts == (40,)


def test_a_moved_cut_replaces_both_clips(desk: Desk):
    video, ann = desk.video(100, [40, 60]), desk.reviewer()
    action = desk.act(move_cut, video, 60, 99, reviewer_id=ann)
    assert desk.timeline(video).cuts == (40, 99)
    assert (action.frame, action.to_frame) == (60, 99)


def test_clips_made_by_a_cut_are_pending_review(desk: Desk):
    video, ann = desk.video(100, [40]), desk.reviewer()
    desk.act(skip, desk.clip_ids(video), reviewer_id=ann)
    desk.act(add_cut, video, 60, reviewer_id=ann)
    assert [clip.state for clip in desk.clips(video)] == [
        ClipState.REVIEW_SKIPPED,
        ClipState.PENDING_REVIEW,
        ClipState.PENDING_REVIEW,
    ]


def test_every_change_raises_the_revision_by_one_and_leaves_one_row(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    for frame in (10, 20, 30):
        desk.act(add_cut, video, frame, reviewer_id=ann)
    assert [action.revision for action in desk.actions(video)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("service", "frames", "refusal"),
    [
        (add_cut, [40], DuplicateCut),
        (add_cut, [0], FrameOutOfRange),
        (add_cut, [100], FrameOutOfRange),
        (add_cut, [-1], FrameOutOfRange),
        (add_cut, [2**40], FrameOutOfRange),
        (remove_cut, [41], NoSuchCut),
        (remove_cut, [-(2**40)], NoSuchCut),
        (remove_cut, [100], NoSuchCut),
        (move_cut, [41, 42], NoSuchCut),
        (move_cut, [40, 40], DuplicateCut),
        (move_cut, [40, 60], CutOutOfBounds),
        (move_cut, [40, 2**40], CutOutOfBounds),
    ],
)
def test_a_refused_operation_changes_nothing(
    desk: Desk, service: Callable[..., object], frames: list[int], refusal: type[HeatersError]
):
    video, ann = desk.video(100, [40, 60]), desk.reviewer()
    before = desk.rows(video)
    with desk.database.unit_of_work() as uow, pytest.raises(refusal):
        service(uow, video, *frames, reviewer_id=ann)
    assert desk.rows(video) == before
    assert len(desk.actions(video)) == 1


def test_a_video_that_is_not_there_is_refused(desk: Desk):
    with pytest.raises(NotFound, match="no video 999999"):
        desk.act(add_cut, 999999, 5, reviewer_id=desk.reviewer())


def test_a_video_without_scenes_is_refused(desk: Desk):
    with desk.database.unit_of_work() as uow:
        video = Video(title="new", source="new.mp4")
        uow.session.add(video)
        uow.session.flush()
        for service in (
            lambda: add_cut(uow, video.id, 5, reviewer_id=1),
            lambda: create_virtual_clips(uow, video.id, [], reason="test"),
        ):
            with pytest.raises(VideoNotReady, match="is new"):
                service()


def test_first_clips_are_made_once(desk: Desk):
    video = desk.video(100, [40])
    with pytest.raises(ClipsExist):
        desk.act(create_virtual_clips, video, [50], reason="again")


def test_first_clips_and_the_ready_state_come_together(desk: Desk):
    video = desk.video(100, [40])
    with desk.database.unit_of_work() as uow:
        assert uow.session.get_one(Video, video).state == VideoState.READY
        assert uow.session.get_one(Video, video).revision == 1


def test_a_clip_that_is_being_exported_is_cut_without_confirmation(desk: Desk):
    video, ann = desk.video(100, [40]), desk.reviewer()
    first, _ = desk.clip_ids(video)
    desk.act(approve, [first], reviewer_id=ann)
    desk.work(first, until=ClipState.EXPORTING)
    desk.act(remove_cut, video, 40, reviewer_id=ann)
    assert desk.clip(first).state == ClipState.SUPERSEDED


@pytest.mark.parametrize("state", PIPELINE[1:])
def test_exported_clips_are_cut_only_with_confirmation(desk: Desk, state: ClipState):
    video, ann = desk.video(100, [40]), desk.reviewer()
    first, _ = desk.clip_ids(video)
    desk.act(approve, [first], reviewer_id=ann)
    desk.work(first, until=state)
    with pytest.raises(ConfirmationRequired) as refusal:
        desk.act(remove_cut, video, 40, reviewer_id=ann)
    assert refusal.value.clip_ids == (first,)
    assert desk.files(first)
    desk.act(remove_cut, video, 40, reviewer_id=ann, confirm_exported=True)
    assert desk.clip(first).state == ClipState.SUPERSEDED
    assert not desk.files(first)


def test_notes_and_tags_survive_merges_splits_and_moves(desk: Desk):
    video, ann = desk.video(100, [40]), desk.reviewer()
    for clip_id, notes, tags in zip(
        desk.clip_ids(video), ["a dog", "a cat"], [["pet", "dog"], ["pet", "cat"]], strict=True
    ):
        with desk.editing(clip_id) as clip:
            clip.notes, clip.tags = notes, tags
    desk.act(move_cut, video, 40, 30, reviewer_id=ann)
    assert [(clip.notes, clip.tags) for clip in desk.clips(video)] == [
        ("a dog", ["pet", "dog"]),
        ("a cat", ["pet", "cat"]),
    ]
    desk.act(remove_cut, video, 30, reviewer_id=ann)
    desk.act(add_cut, video, 50, reviewer_id=ann)
    assert [(clip.notes, clip.tags) for clip in desk.clips(video)] == [
        ("a dog\na cat", ["pet", "dog", "cat"])
    ] * 2
    desk.act(remove_cut, video, 50, reviewer_id=ann)
    [merged] = desk.clips(video)
    assert (merged.notes, merged.tags) == ("a dog\na cat", ["pet", "dog", "cat"])


def test_a_merge_keeps_the_group_that_both_clips_are_in(desk: Desk):
    video, ann = desk.video(100, [20, 40, 60]), desk.reviewer()
    first, second, third, _ = desk.clip_ids(video)
    desk.act(group, [first, second, third], reviewer_id=ann)
    desk.act(remove_cut, video, 20, reviewer_id=ann)
    merged, kept, alone = desk.clips(video)
    assert merged.group_id == kept.group_id is not None
    desk.act(remove_cut, video, 60, reviewer_id=ann)
    assert desk.clips(video)[1].group_id is None
    assert alone.group_id is None


def test_replaced_cuts_leave_clips_of_the_same_frames_alone(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    first, *_ = desk.clip_ids(video)
    desk.act(approve, [first], reviewer_id=ann)
    action = desk.act(replace_cuts, video, [90, 20], reviewer_id=ann, reason="threshold 3")
    assert action is not None
    assert action.reason == "threshold 3"
    assert desk.timeline(video).cuts == (20, 90)
    assert desk.clips(video)[0].id == first
    assert desk.clip(first).state == ClipState.REVIEW_APPROVED


def test_replacing_cuts_by_the_same_ones_is_no_action(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    assert desk.act(replace_cuts, video, [40, 20], reviewer_id=ann, reason="") is None
    assert len(desk.actions(video)) == 1


def test_gaps_between_imported_ranges_become_clips(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    ranges = [FrameRange(50, 60), FrameRange(10, 20)]
    desk.act(import_ranges, video, ranges, reviewer_id=ann, reason="edl")
    assert desk.timeline(video).cuts == (10, 20, 50, 60)
    overlapping = [FrameRange(0, 9), FrameRange(8, 12)]
    with pytest.raises(OverlappingRanges):
        desk.act(import_ranges, video, overlapping, reviewer_id=ann, reason="edl")


def test_a_rolled_back_operation_leaves_nothing(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()

    def fail(uow: UnitOfWork) -> None:
        add_cut(uow, video, 50, reviewer_id=ann)
        approve(uow, [desk.clips(video)[0].id or 0], reviewer_id=ann)

    before = desk.rows(video)
    with pytest.raises(HeatersError):
        desk.act(fail)
    assert desk.rows(video) == before
    assert desk.sent == []


def test_an_operation_takes_three_statements_however_many_clips_there_are(desk: Desk):
    statements: list[str] = []

    def remember(_connection, _cursor, statement: str, *_: object) -> None:
        statements.append(statement)

    ann = desk.reviewer()
    for video in (desk.video(100, [50]), desk.video(10_000, range(10, 10_000, 10))):
        event.listen(desk.database.engine, "before_cursor_execute", remember)
        try:
            desk.act(add_cut, video, 55, reviewer_id=ann)
        finally:
            event.remove(desk.database.engine, "before_cursor_execute", remember)
        assert len(statements) == 3, statements
        statements.clear()
