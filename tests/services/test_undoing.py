"""Undo and redo: the very rows come back, in order, for their reviewer, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heaters.domain.lifecycle import ClipState
from heaters.domain.review import ChangedSince, NothingToRedo, NothingToUndo
from heaters.models import ActionKind
from heaters.repositories.database import Job
from heaters.services.cutting import add_cut, move_cut, remove_cut, replace_cuts
from heaters.services.retention import collect_retired
from heaters.services.reviewing import approve, archive, group, skip, ungroup
from heaters.services.undoing import redo, undo
from tests.support.clock import utc_now
from tests.support.desk import Desk


def live(rows: dict[int, tuple[object, ...]]) -> dict[int, tuple[object, ...]]:
    return {id_: row for id_, row in rows.items() if row[2] != ClipState.SUPERSEDED}


def test_undo_goes_back_step_by_step_and_redo_forward_again(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    first, second, third = desk.clip_ids(video)
    steps = [live(desk.rows(video))]
    for service, what in (
        (add_cut, [video, 50]),
        (move_cut, [video, 20, 30]),
        (remove_cut, [video, 40]),
        (replace_cuts, [video, [10, 90]]),
    ):
        options = {"reason": "a test"} if service is replace_cuts else {}
        desk.act(service, *what, reviewer_id=ann, **options)
        steps.append(live(desk.rows(video)))
    for service in (approve, skip, archive):
        desk.act(service, desk.clip_ids(video)[:2], reviewer_id=ann)
        steps.append(live(desk.rows(video)))
    for service in (group, ungroup):
        desk.act(service, desk.clip_ids(video)[:2], reviewer_id=ann)
        steps.append(live(desk.rows(video)))
    for _ in range(2):
        for step in reversed(steps[:-1]):
            assert desk.act(undo, reviewer_id=ann).kind == ActionKind.UNDO
            assert live(desk.rows(video)) == step
        assert desk.clip_ids(video) == [first, second, third]
        with pytest.raises(NothingToUndo):
            desk.act(undo, reviewer_id=ann)
        for step in steps[1:]:
            assert desk.act(redo, reviewer_id=ann).kind == ActionKind.REDO
            assert live(desk.rows(video)) == step
        with pytest.raises(NothingToRedo):
            desk.act(redo, reviewer_id=ann)


def test_a_new_action_ends_redo(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    desk.act(add_cut, video, 50, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(add_cut, video, 60, reviewer_id=ann)
    with pytest.raises(NothingToRedo):
        desk.act(redo, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(redo, reviewer_id=ann)
    assert desk.timeline(video).cuts == (60,)


def test_everybody_undoes_their_own(desk: Desk):
    video, ann, bob = desk.video(100, [50]), desk.reviewer(), desk.reviewer()
    desk.act(add_cut, video, 20, reviewer_id=ann)
    desk.act(add_cut, video, 70, reviewer_id=bob)
    desk.act(undo, reviewer_id=ann)
    assert desk.timeline(video).cuts == (50, 70)
    with pytest.raises(NothingToUndo):
        desk.act(undo, reviewer_id=ann)


def test_undo_is_refused_with_the_name_of_who_has_changed_the_clips_since(desk: Desk):
    video, ann, bob = desk.video(100), desk.reviewer(), desk.reviewer()
    desk.act(add_cut, video, 50, reviewer_id=ann)
    desk.act(skip, desk.clip_ids(video)[1:], reviewer_id=bob)
    before = desk.rows(video)
    with pytest.raises(ChangedSince, match=f"changed by {desk.reviewer_name(bob)}"):
        desk.act(undo, reviewer_id=ann)
    assert desk.rows(video) == before
    desk.act(undo, reviewer_id=bob)
    desk.act(undo, reviewer_id=ann)
    assert desk.timeline(video).cuts == ()


def test_undo_is_refused_after_a_change_that_led_back_to_the_same_state(desk: Desk):
    video, ann, bob = desk.video(100), desk.reviewer(), desk.reviewer()
    clips = desk.clip_ids(video)
    desk.act(approve, clips, reviewer_id=ann)
    desk.act(skip, clips, reviewer_id=bob)
    desk.act(approve, clips, reviewer_id=bob)
    with pytest.raises(ChangedSince):
        desk.act(undo, reviewer_id=ann)


def test_redo_is_refused_after_somebody_elses_change(desk: Desk):
    video, ann, bob = desk.video(100), desk.reviewer(), desk.reviewer()
    desk.act(add_cut, video, 50, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(add_cut, video, 60, reviewer_id=bob)
    with pytest.raises(ChangedSince, match=desk.reviewer_name(bob)):
        desk.act(redo, reviewer_id=ann)


def test_undo_on_one_video_leaves_the_others_alone(desk: Desk):
    one, two, ann = desk.video(100), desk.video(100), desk.reviewer()
    desk.act(add_cut, one, 50, reviewer_id=ann)
    desk.act(add_cut, two, 50, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann, video_id=one)
    assert (desk.timeline(one).cuts, desk.timeline(two).cuts) == ((), (50,))
    with pytest.raises(NothingToUndo):
        desk.act(undo, reviewer_id=ann, video_id=one)
    desk.act(redo, reviewer_id=ann, video_id=one)
    desk.act(undo, reviewer_id=ann)
    assert (desk.timeline(one).cuts, desk.timeline(two).cuts) == ((), (50,))


def test_what_the_system_did_is_not_undone(desk: Desk):
    video = desk.video(100, [50])
    with pytest.raises(NothingToUndo):
        desk.act(undo, reviewer_id=desk.reviewer(), video_id=video)


def test_an_undone_approval_retires_the_exported_files_and_redo_brings_them_back(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    files = desk.files(clip)
    desk.act(undo, reviewer_id=ann)
    assert desk.clip(clip).state == ClipState.PENDING_REVIEW
    assert not desk.files(clip)
    desk.act(redo, reviewer_id=ann)
    assert desk.clip(clip).state == ClipState.EMBEDDED
    assert desk.files(clip) == files


def test_undo_brings_an_exported_clip_back_whole(desk: Desk):
    video, ann, bob = desk.video(100, [50]), desk.reviewer(), desk.reviewer()
    [clip, _] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    files = desk.files(clip)
    desk.act(remove_cut, video, 50, reviewer_id=bob, confirm_exported=True)
    desk.sent.clear()
    desk.act(undo, reviewer_id=bob)
    assert desk.clip(clip).state == ClipState.EMBEDDED
    assert desk.files(clip) == files
    assert desk.sent == []


def test_undo_brings_back_the_files_that_its_action_retired_and_no_others(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    files = desk.files(clip)
    desk.act(archive, [clip], reviewer_id=ann)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    assert not desk.files(clip) & files
    desk.act(undo, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    assert desk.clip(clip).state == ClipState.EMBEDDED
    assert desk.files(clip) == files


def test_undo_after_the_retention_period_has_the_clip_exported_anew(desk: Desk):
    video, ann = desk.video(100, [50]), desk.reviewer()
    [clip, _] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip)
    desk.act(remove_cut, video, 50, reviewer_id=ann, confirm_exported=True)
    desk.act(collect_retired, now=utc_now() + timedelta(days=30), retention_s=86_400)
    desk.sent.clear()
    desk.act(undo, reviewer_id=ann)
    assert desk.clip(clip).state == ClipState.REVIEW_APPROVED
    assert desk.sent == [Job("export", clip)]
    desk.work(clip)
    desk.act(redo, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    assert desk.clip(clip).state == ClipState.EMBEDDED


def test_an_undone_cut_sends_what_was_due(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.act(add_cut, video, 50, reviewer_id=ann)
    desk.sent.clear()
    desk.act(undo, reviewer_id=ann)
    assert desk.sent == [Job("export", clip)]


def test_an_undone_grouping_leaves_the_pipelines_progress(desk: Desk):
    video, ann = desk.video(100, [50]), desk.reviewer()
    clips = desk.clip_ids(video)
    desk.act(approve, clips, reviewer_id=ann)
    desk.act(group, clips, reviewer_id=ann)
    desk.work(clips[0])
    desk.work(clips[1], until=ClipState.KEYFRAMING)
    desk.act(undo, reviewer_id=ann)
    assert [clip.group_id for clip in desk.clips(video)] == [None, None]
    assert [clip.state for clip in desk.clips(video)] == [
        ClipState.EMBEDDED,
        ClipState.KEYFRAMING,
    ]


@pytest.mark.parametrize("approved_count", [1, 2])
def test_redo_is_refused_after_the_cut_that_made_a_clip_is_undone(desk: Desk, approved_count: int):
    video, ann, bob = desk.video(100, [40]), desk.reviewer(), desk.reviewer()
    desk.act(add_cut, video, 70, reviewer_id=bob)
    desk.act(approve, desk.clip_ids(video)[1 - approved_count // 2 : 2], reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(undo, reviewer_id=bob)  # the clip is gone, and has the revision that it had
    before = desk.rows(video)
    with pytest.raises(ChangedSince, match=f"changed by {desk.reviewer_name(bob)}"):
        desk.act(redo, reviewer_id=ann)
    assert desk.rows(video) == before
    desk.act(redo, reviewer_id=bob)
    desk.act(redo, reviewer_id=ann)
    assert [clip.state for clip in desk.clips(video)].count(ClipState.REVIEW_APPROVED) == (
        approved_count
    )
