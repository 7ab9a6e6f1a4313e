"""Random histories of several reviewers and a pipeline, beside a model in plain Python.

After every step the live clips are those of the model, the database is sound, and the audit trail
replays to what is there. In the end everybody undoes everything, and the first rows are back.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from heaters.domain.cuts import (
    AddCut,
    CutOperation,
    MoveCut,
    NoSuchCut,
    RemoveCut,
    apply_operation,
    with_kept,
)
from heaters.domain.errors import InvalidInput
from heaters.domain.history import ClipChange, ClipStatus
from heaters.domain.lifecycle import ClipState, decision
from heaters.domain.review import ChangedSince, NothingToRedo, NothingToUndo
from heaters.domain.timeline import FrameRange, Timeline, timeline_from_clips, timeline_from_cuts
from heaters.models import Action, ActionKind
from heaters.repositories.actions import ActionRepository
from heaters.services.cutting import add_cut, confirm_cut, move_cut, remove_cut, replace_cuts
from heaters.services.retention import collect_retired, forget_collected
from heaters.services.reviewing import approve, archive, group, skip, ungroup
from heaters.services.undoing import redo, undo
from tests.support.desk import PIPELINE, Desk, clip_id

FRAMES = 24
frames = st.integers(-1, FRAMES + 1)
people = st.integers(0, 2)


@dataclass(frozen=True)
class Row:
    """What the trail says of a clip."""

    frames: FrameRange
    status: ClipStatus


def replay(actions: list[Action], until: int) -> dict[int, Row]:
    """Return every clip ever made, as the first ``until`` actions leave it."""
    rows: dict[int, Row] = {}
    for action in actions[:until]:
        for change in map(ClipChange.from_json, action.changes):
            rows[change.clip_id] = Row(
                FrameRange(change.start_frame, change.end_frame), change.after
            )
    return rows


def timeline_of(rows: dict[int, Row]) -> Timeline:
    live = [row.frames for row in rows.values() if row.status.state != ClipState.SUPERSEDED]
    return timeline_from_clips(FRAMES, live)


class Histories(RuleBasedStateMachine):
    """One video, three reviewers, and a pipeline that exports what they approve."""

    desk: Desk

    @initialize(cuts=st.sets(st.integers(1, FRAMES - 1), max_size=6))
    def begin(self, cuts: set[int]) -> None:
        self.video = self.desk.video(FRAMES, cuts)
        self.reviewers = [self.desk.reviewer() for _ in range(3)]
        self.model = timeline_from_cuts(FRAMES, cuts)
        self.action_count = 1

    def reviewer(self, index: int) -> int:
        return self.reviewers[index]

    def choose(self, data: st.DataObject, at_least: int = 1) -> list[int]:
        clips = self.desk.clip_ids(self.video)
        return data.draw(
            st.lists(st.sampled_from(clips), min_size=at_least, max_size=4, unique=True)
        )

    def operate(self, operation: CutOperation, person: int) -> None:
        services = {AddCut: add_cut, RemoveCut: remove_cut, MoveCut: move_cut}
        values = [operation.frame]
        if isinstance(operation, MoveCut):
            values.append(operation.to_frame)
        service = services[type(operation)]
        options = {"reviewer_id": self.reviewer(person), "confirm_exported": True}
        try:
            after = apply_operation(self.model, operation)
        except InvalidInput as refusal:
            with pytest.raises(type(refusal), match=str(refusal)):
                self.desk.act(service, self.video, *values, **options)
            return
        self.desk.act(service, self.video, *values, **options)
        self.model = after
        self.action_count += 1

    @rule(frame=frames, person=people)
    def add(self, frame: int, person: int) -> None:
        self.operate(AddCut(frame), person)

    @rule(frame=frames, person=people)
    def remove(self, frame: int, person: int) -> None:
        self.operate(RemoveCut(frame), person)

    @rule(frame=frames, to_frame=frames, person=people)
    def move(self, frame: int, to_frame: int, person: int) -> None:
        self.operate(MoveCut(frame, to_frame), person)

    @precondition(lambda self: self.model.cuts)
    @rule(data=st.data(), person=people)
    def remove_a_cut(self, data: st.DataObject, person: int) -> None:
        self.operate(RemoveCut(data.draw(st.sampled_from(self.model.cuts))), person)

    @precondition(lambda self: self.model.cuts)
    @rule(data=st.data(), person=people)
    def move_a_cut(self, data: st.DataObject, person: int) -> None:
        frame = data.draw(st.sampled_from(self.model.cuts))
        before, after = self.model.neighbours(frame)
        self.operate(MoveCut(frame, data.draw(st.integers(before, after))), person)

    @rule(frame=frames, person=people)
    def confirm(self, frame: int, person: int) -> None:
        if not self.model.is_cut(frame):
            with pytest.raises(NoSuchCut):
                self.desk.act(confirm_cut, self.video, frame, reviewer_id=self.reviewer(person))
            return
        was_checked = frame in self.checked()
        action = self.desk.act(confirm_cut, self.video, frame, reviewer_id=self.reviewer(person))
        assert (action is None) == was_checked
        assert frame in self.checked()
        self.action_count += action is not None

    def checked(self) -> list[int]:
        return self.desk.act(lambda uow: ActionRepository(uow.session).checked_cuts(self.video))

    @rule(cuts=st.sets(st.integers(1, FRAMES - 1), max_size=6), person=people, keeps=st.booleans())
    def replace(self, cuts: set[int], person: int, keeps: bool) -> None:
        wanted = with_kept(cuts, self.checked()) if keeps else cuts
        action = self.desk.act(
            replace_cuts,
            self.video,
            cuts,
            reviewer_id=self.reviewer(person),
            reason="",
            keeps_checked=keeps,
            confirm_exported=True,
        )
        self.model = timeline_from_cuts(FRAMES, wanted)
        self.action_count += action is not None

    @rule(service=st.sampled_from([approve, approve, skip, archive]), data=st.data(), who=people)
    def decide(self, service, data: st.DataObject, who: int) -> None:
        clips = self.choose(data)
        action = self.desk.act(service, clips, reviewer_id=self.reviewer(who))
        self.action_count += action is not None

    @precondition(lambda self: self.model.cuts)
    @rule(service=st.sampled_from([group, ungroup]), data=st.data(), who=people)
    def gather(self, service, data: st.DataObject, who: int) -> None:
        action = self.desk.act(
            service, self.choose(data, at_least=2), reviewer_id=self.reviewer(who)
        )
        self.action_count += action is not None

    @rule(until=st.sampled_from(PIPELINE))
    def export(self, until: ClipState) -> None:
        for clip in self.desk.clips(self.video):
            on_its_way = clip.state in PIPELINE and clip.state != until
            if clip.state == ClipState.REVIEW_APPROVED or on_its_way:
                assert clip.id is not None
                self.desk.work(clip.id, until=until)

    @rule(service=st.sampled_from([undo, undo, redo]), person=people)
    def take_back(self, service, person: int) -> None:
        with suppress(NothingToUndo, NothingToRedo, ChangedSince):
            self.desk.act(service, reviewer_id=self.reviewer(person), video_id=self.video)
            self.action_count += 1
            self.model = self.desk.timeline(self.video)

    @rule(data=st.data(), person=people)
    def waver(self, data: st.DataObject, person: int) -> None:
        """Approve a clip, skip it, and the same again, while the pipeline keeps up."""
        [clip] = self.choose(data)[:1]
        for service in (approve, skip, approve, skip):
            action = self.desk.act(service, [clip], reviewer_id=self.reviewer(person))
            self.action_count += action is not None
            if service is approve:
                self.desk.work(clip)

    @rule(data=st.data())
    def retain(self, data: st.DataObject) -> None:
        """Let go of the files that were retired up to some moment of this history."""
        if moments := self.desk.retired_at(self.video):
            until = data.draw(st.sampled_from(moments)) + timedelta(microseconds=1)
            while keys := self.desk.act(collect_retired, now=until, retention_s=0):
                self.desk.act(forget_collected, keys)

    @invariant()
    def embedded_clips_have_their_vector(self) -> None:
        if hasattr(self, "video"):
            for clip in self.desk.clips(self.video):
                assert clip.state != ClipState.EMBEDDED or self.desk.has_vector(clip_id(clip))

    @rule(frame=st.integers(1, FRAMES - 1), person=people, other=people)
    def change_ones_mind_twice(self, frame: int, person: int, other: int) -> None:
        """Approve, undo and redo, while someone else undoes the cut that made one of the clips."""
        self.operate(AddCut(frame), other)
        last = [clip.id for clip in self.desk.clips(self.video) if clip.end_frame >= frame][:2]
        action = self.desk.act(approve, last, reviewer_id=self.reviewer(person))
        self.action_count += action is not None
        for service, who in ((undo, person), (undo, other), (redo, person)):
            self.take_back(service, who)

    @invariant()
    def rows_trail_and_model_agree(self) -> None:
        if not hasattr(self, "video"):
            return
        assert self.desk.timeline(self.video) == self.model
        actions = list(self.desk.actions(self.video))
        assert [action.revision for action in actions] == list(range(1, self.action_count + 1))
        rows = replay(actions, len(actions))
        found = {
            id_: (start, end, decision(state), group_id, revision)
            for id_, (start, end, state, group_id, revision, _) in self.desk.rows(
                self.video
            ).items()
        }
        assert self.checked() == self.looked_at(actions)
        assert found == {
            id_: (
                *row.frames,
                decision(row.status.state),
                row.status.group_id,
                row.status.revision,
            )
            for id_, row in rows.items()
        }

    def looked_at(self, actions: list[Action]) -> list[int]:
        """Return the cuts that the trail says somebody looked at, step by step through it."""
        standing: dict[int | None, Action] = {}
        undone: dict[int | None, Action] = {}
        for action in actions:
            match action.kind:
                case ActionKind.UNDO:
                    undone[action.id] = standing.pop(action.reverses_id)
                case ActionKind.REDO:
                    standing[action.id] = undone[action.reverses_id]
                case _:
                    standing[action.id] = action
        looks = {ActionKind.CONFIRM_CUT, ActionKind.ADD_CUT, ActionKind.MOVE_CUT}
        seen = {a.to_frame or a.frame for a in standing.values() if a.kind in looks}
        return [cut for cut in self.model.cuts if cut in seen]

    def teardown(self) -> None:
        if not hasattr(self, "video"):
            return
        self.desk.assert_sound()
        self.everything_is_undone()
        self.desk.assert_sound()

    def everything_is_undone(self) -> None:
        """Whoever acted last undoes it, again and again, until the first state is back."""
        self.export(ClipState.EMBEDDED)
        while standing := self.standing():
            before = self.desk.actions(self.video)[-1].revision
            last = standing[-1]
            assert last.reviewer_id is not None
            undone = self.desk.act(undo, reviewer_id=last.reviewer_id, video_id=self.video)
            assert (undone.reverses_id, undone.revision) == (last.id, before + 1)
            self.embedded_clips_have_their_vector()
            self.export(ClipState.EMBEDDED)
        first = replay(list(self.desk.actions(self.video)), 1)
        assert {
            clip.id: (clip.start_frame, clip.end_frame) for clip in self.desk.clips(self.video)
        } == {id_: tuple(row.frames) for id_, row in first.items()}
        for clip in self.desk.clips(self.video):
            assert clip.state == ClipState.PENDING_REVIEW
            assert (clip.group_id, clip.revision) == (None, 1)

    def standing(self) -> list[Action]:
        """Return the reviewers' actions that are not taken back, in the order of their effect.

        A redo has the effect of what it did again, from when it did it.
        """
        actions = self.desk.actions(self.video)
        reversed_ids = {action.reverses_id for action in actions}
        return [
            action
            for action in actions
            if action.reviewer_id is not None
            and action.kind != ActionKind.UNDO
            and action.id not in reversed_ids
        ]


def test_random_histories_keep_every_promise(shared_desk: Desk):
    class OnDesk(Histories):
        desk = shared_desk

    run_state_machine_as_test(
        OnDesk,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
