"""Cuts that somebody has looked at: rows in the trail that change no clip."""

from __future__ import annotations

import pytest

from heaters.domain.cuts import NoSuchCut
from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import VideoState
from heaters.domain.review import NothingToRedo, NothingToUndo, VideoNotReady
from heaters.models import ActionKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.videos import VideoRepository
from heaters.services.cutting import add_cut, confirm_cut, move_cut, remove_cut, replace_cuts
from heaters.services.reviewing import skip
from heaters.services.undoing import redo, undo
from tests.support.desk import Desk


def checked(desk: Desk, video: int) -> list[int]:
    return desk.act(lambda uow: ActionRepository(uow.session).checked_cuts(video))


def test_a_confirmed_cut_is_checked_and_its_clips_are_as_before(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    before = desk.rows(video)
    action = desk.act(confirm_cut, video, 40, reviewer_id=ann)
    assert action is not None
    assert (action.kind, action.frame, action.changes) == (ActionKind.CONFIRM_CUT, 40, [])
    assert action.revision == 2
    assert desk.rows(video) == before
    assert checked(desk, video) == [40]


def test_what_is_checked_already_is_not_confirmed_again(desk: Desk):
    video, ann, bob = desk.video(100, [20, 40]), desk.reviewer(), desk.reviewer()
    desk.act(confirm_cut, video, 40, reviewer_id=ann)
    desk.act(add_cut, video, 60, reviewer_id=ann)
    desk.act(move_cut, video, 20, 21, reviewer_id=ann)
    count = len(desk.actions(video))
    for frame in (21, 40, 60):
        assert desk.act(confirm_cut, video, frame, reviewer_id=bob) is None
    assert len(desk.actions(video)) == count


@pytest.mark.parametrize("frame", [-1, 0, 1, 39, 41, 100, 101])
def test_only_a_cut_can_be_confirmed(desk: Desk, frame: int):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    with pytest.raises(NoSuchCut):
        desk.act(confirm_cut, video, frame, reviewer_id=ann)
    assert checked(desk, video) == []


def test_only_the_cuts_of_a_ready_video_can_be_confirmed(desk: Desk):
    ann, video = desk.reviewer(), desk.video(100, [20])
    with pytest.raises(NotFound):
        desk.act(confirm_cut, 999_999, 20, reviewer_id=ann)
    with desk.database.unit_of_work() as uow:
        VideoRepository(uow.session).get(video).state = VideoState.DETECTING_SCENES
    with pytest.raises(VideoNotReady):
        desk.act(confirm_cut, video, 20, reviewer_id=ann)
    with desk.database.unit_of_work() as uow:
        VideoRepository(uow.session).get(video).state = VideoState.READY


def test_a_cut_that_a_reviewer_makes_or_moves_counts_as_looked_at(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    desk.act(add_cut, video, 60, reviewer_id=ann)
    desk.act(move_cut, video, 20, 25, reviewer_id=ann)
    assert checked(desk, video) == [25, 60]
    desk.act(move_cut, video, 60, 70, reviewer_id=ann)
    assert checked(desk, video) == [25, 70]


def test_a_cut_that_a_detector_proposes_does_not(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    desk.act(replace_cuts, video, [30, 50], reviewer_id=ann, reason="threshold 3")
    assert checked(desk, video) == []


def test_a_detection_keeps_what_was_confirmed_before_it_is_carried_out(desk: Desk):
    video, ann, bob = desk.video(100, [20, 40]), desk.reviewer(), desk.reviewer()
    desk.act(confirm_cut, video, 40, reviewer_id=bob)
    desk.act(add_cut, video, 60, reviewer_id=bob)
    found = {"reviewer_id": ann, "reason": "threshold 3", "keeps_checked": True}
    desk.act(replace_cuts, video, [30, 38, 57, 90], **found)
    assert desk.timeline(video).cuts == (30, 40, 60, 90)
    assert checked(desk, video) == [40, 60]
    desk.act(replace_cuts, video, [30], **found | {"keeps_checked": False})
    assert desk.timeline(video).cuts == (30,)


def test_a_checked_cut_is_forgotten_with_the_cut_and_remembered_with_it(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    desk.act(confirm_cut, video, 40, reviewer_id=ann)
    desk.act(remove_cut, video, 40, reviewer_id=ann)
    assert checked(desk, video) == []
    with pytest.raises(NoSuchCut):
        desk.act(confirm_cut, video, 40, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    assert checked(desk, video) == [40]


def test_undo_and_redo_of_a_check_are_rows_that_change_no_clip(desk: Desk):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    desk.act(confirm_cut, video, 20, reviewer_id=ann)
    before = desk.rows(video)
    for _ in range(3):
        taken_back = desk.act(undo, reviewer_id=ann, video_id=video)
        assert (taken_back.kind, taken_back.changes) == (ActionKind.UNDO, [])
        assert checked(desk, video) == []
        with pytest.raises(NothingToUndo):
            desk.act(undo, reviewer_id=ann, video_id=video)
        done_again = desk.act(redo, reviewer_id=ann, video_id=video)
        assert (done_again.kind, done_again.changes) == (ActionKind.REDO, [])
        assert checked(desk, video) == [20]
        with pytest.raises(NothingToRedo):
            desk.act(redo, reviewer_id=ann, video_id=video)
    assert desk.rows(video) == before


def test_undo_and_redo_of_a_cut_take_its_check_along(desk: Desk):
    video, ann = desk.video(100, [40]), desk.reviewer()
    desk.act(move_cut, video, 40, 50, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    assert checked(desk, video) == []
    desk.act(confirm_cut, video, 40, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(redo, reviewer_id=ann)
    assert checked(desk, video) == [40]


def test_a_check_can_be_taken_back_whatever_became_of_the_clips(desk: Desk):
    video, ann, bob = desk.video(100, [20, 40]), desk.reviewer(), desk.reviewer()
    desk.act(confirm_cut, video, 40, reviewer_id=ann)
    desk.act(remove_cut, video, 40, reviewer_id=bob)
    desk.act(skip, desk.clip_ids(video), reviewer_id=bob)
    assert desk.act(undo, reviewer_id=ann).kind == ActionKind.UNDO


def test_redo_goes_on_after_undone_actions_on_other_videos(desk: Desk):
    one, two, ann = desk.video(100), desk.video(100), desk.reviewer()
    desk.act(add_cut, one, 50, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann, video_id=one)
    desk.act(add_cut, two, 50, reviewer_id=ann)
    desk.act(redo, reviewer_id=ann, video_id=one)
    assert desk.timeline(one).cuts == (50,)
    with pytest.raises(NothingToRedo):
        desk.act(redo, reviewer_id=ann)
