"""Decisions about clips: legal moves only, all or none, and what they set going."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heaters.domain.errors import HeatersError, NotFound
from heaters.domain.lifecycle import ALLOWED, ClipState
from heaters.domain.review import (
    ClipsOfSeveralVideos,
    ClipSuperseded,
    TooFewClips,
)
from heaters.models import Action, ActionKind
from heaters.repositories.database import Job
from heaters.services.cutting import add_cut
from heaters.services.reviewing import approve, archive, group, skip, ungroup
from tests.support.desk import PIPELINE, Desk

Service = Callable[..., Action | None]
VERDICTS: dict[Service, ClipState] = {
    approve: ClipState.REVIEW_APPROVED,
    skip: ClipState.REVIEW_SKIPPED,
    archive: ClipState.REVIEW_ARCHIVED,
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_on_many_clips_is_one_action(desk: Desk, verdict: Service):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    first, second, third = desk.clip_ids(video)
    action = desk.act(verdict, [third, first], reviewer_id=ann)
    assert action is not None
    assert [change["clip_id"] for change in action.changes] == [first, third]
    assert desk.clip(first).state == desk.clip(third).state == VERDICTS[verdict]
    assert desk.clip(second).state == ClipState.PENDING_REVIEW


def test_approved_clips_are_sent_to_be_exported_once_it_is_committed(desk: Desk):
    video, ann = desk.video(100, [20]), desk.reviewer()
    clips = desk.clip_ids(video)
    with desk.database.unit_of_work() as uow:
        approve(uow, clips, reviewer_id=ann)
        assert desk.sent == []
    assert desk.sent == [Job("export", clip) for clip in clips]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_same_verdict_again_is_no_action(desk: Desk, verdict: Service):
    video, ann = desk.video(100, [20]), desk.reviewer()
    first, second = desk.clip_ids(video)
    desk.act(verdict, [first], reviewer_id=ann)
    assert desk.act(verdict, [first], reviewer_id=ann) is None
    action = desk.act(verdict, [first, second], reviewer_id=ann)
    assert action is not None
    assert [change["clip_id"] for change in action.changes] == [second]


@pytest.mark.parametrize("state", PIPELINE)
def test_approving_a_clip_that_is_on_its_way_leaves_it_there(desk: Desk, state: ClipState):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip, until=state)
    assert desk.act(approve, [clip], reviewer_id=ann) is None
    assert desk.clip(clip).state == state


@pytest.mark.parametrize("verdict", [skip, archive])
@pytest.mark.parametrize("state", PIPELINE)
def test_turning_an_approved_clip_down_retires_its_files(
    desk: Desk, verdict: Service, state: ClipState
):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    desk.act(approve, [clip], reviewer_id=ann)
    desk.work(clip, until=state)
    desk.act(verdict, [clip], reviewer_id=ann)
    assert desk.clip(clip).state == VERDICTS[verdict]
    assert not desk.files(clip)


def test_a_verdict_can_be_changed_as_the_lifecycle_allows(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    for verdict in (skip, archive, approve, archive, skip, approve, skip):
        assert VERDICTS[verdict] in ALLOWED[desk.clip(clip).state]
        desk.act(verdict, [clip], reviewer_id=ann)
    assert len(desk.actions(video)) == 8


def test_an_approved_clip_starts_its_attempts_anew(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    [clip_id] = desk.clip_ids(video)
    desk.act(approve, [clip_id], reviewer_id=ann)
    with desk.editing(clip_id) as clip:
        clip.state, clip.attempts, clip.last_error = ClipState.EXPORT_FAILED, 5, "no disk"
    desk.act(skip, [clip_id], reviewer_id=ann)
    desk.act(approve, [clip_id], reviewer_id=ann)
    assert (desk.clip(clip_id).attempts, desk.clip(clip_id).last_error) == (0, None)


def test_any_number_of_clips_is_grouped_and_ungrouped(desk: Desk):
    video, ann = desk.video(100, [20, 40, 60]), desk.reviewer()
    first, second, third, fourth = desk.clip_ids(video)
    desk.act(group, [first, second, fourth], reviewer_id=ann)
    together = desk.clip(first).group_id
    assert together is not None
    assert [clip.group_id for clip in desk.clips(video)] == [together, together, None, together]
    assert {clip.state for clip in desk.clips(video)} == {ClipState.PENDING_REVIEW}
    desk.act(ungroup, [third, first], reviewer_id=ann)
    assert [clip.group_id for clip in desk.clips(video)] == [None, together, None, together]


def test_clips_move_from_group_to_group(desk: Desk):
    video, ann = desk.video(100, [20, 40, 60]), desk.reviewer()
    first, second, third, fourth = desk.clip_ids(video)
    desk.act(group, [first, second, third], reviewer_id=ann)
    assert desk.act(group, [first, second], reviewer_id=ann) is None
    desk.act(group, [third, fourth], reviewer_id=ann)
    groups = [clip.group_id for clip in desk.clips(video)]
    assert groups[0] == groups[1] != groups[2] == groups[3]


def test_a_clip_on_its_way_can_be_grouped(desk: Desk):
    video, ann = desk.video(100, [20]), desk.reviewer()
    first, second = desk.clip_ids(video)
    desk.act(approve, [first], reviewer_id=ann)
    desk.work(first, until=ClipState.EXPORTING)
    action = desk.act(group, [first, second], reviewer_id=ann)
    assert action is not None
    assert action.kind == ActionKind.GROUP
    assert desk.clip(first).state == ClipState.EXPORTING


@pytest.mark.parametrize("service", [approve, skip, archive, group, ungroup])
def test_one_clip_that_cannot_be_decided_on_stops_the_whole_batch(desk: Desk, service: Service):
    video, ann = desk.video(100, [20, 40]), desk.reviewer()
    first, second, third = desk.clip_ids(video)
    other = desk.clip_ids(desk.video(50))
    desk.act(add_cut, video, 50, reviewer_id=ann)
    before = desk.rows(video)
    refusals: list[tuple[list[int], type[HeatersError]]] = [
        ([first, second, third], ClipSuperseded),
        ([first, second, 999_999], NotFound),
        ([first, second, *other], ClipsOfSeveralVideos),
        ([], TooFewClips),
    ]
    for clips, refusal in refusals:
        with pytest.raises(refusal):
            desk.act(service, clips, reviewer_id=ann)
    assert desk.rows(video) == before
    assert desk.sent == []


def test_a_group_needs_two_clips(desk: Desk):
    [clip] = desk.clip_ids(desk.video(100))
    with pytest.raises(TooFewClips, match="at least 2 clips"):
        desk.act(group, [clip, clip], reviewer_id=desk.reviewer())
