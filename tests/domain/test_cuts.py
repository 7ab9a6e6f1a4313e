"""The three cut operations: their refusals, their inverses, and how little they need to know."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from heaters.domain.cuts import (
    AddCut,
    CutOperation,
    CutOutOfBounds,
    MoveCut,
    NoSuchCut,
    RemoveCut,
    apply_operation,
    invert,
)
from heaters.domain.errors import InvalidInput
from heaters.domain.timeline import (
    DuplicateCut,
    FrameOutOfRange,
    FrameRange,
    Timeline,
    complete_coverage,
    difference,
    timeline_from_clips,
    timeline_from_cuts,
)

MAX_FRAMES = 40
frames = st.integers(-2, MAX_FRAMES + 2)
operations = st.one_of(
    st.builds(AddCut, frames), st.builds(RemoveCut, frames), st.builds(MoveCut, frames, frames)
)


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        (AddCut(0), FrameOutOfRange),
        (AddCut(10), FrameOutOfRange),
        (AddCut(-1), FrameOutOfRange),
        (AddCut(3), DuplicateCut),
        (RemoveCut(4), NoSuchCut),
        (RemoveCut(0), NoSuchCut),
        (RemoveCut(10), NoSuchCut),
        (MoveCut(4, 5), NoSuchCut),
        (MoveCut(3, 3), DuplicateCut),
        (MoveCut(3, 0), CutOutOfBounds),
        (MoveCut(3, 6), CutOutOfBounds),
        (MoveCut(3, 7), CutOutOfBounds),
        (MoveCut(6, 10), CutOutOfBounds),
        (MoveCut(6, 99), CutOutOfBounds),
    ],
    ids=str,
)
def test_an_illegal_operation_is_refused_by_the_rule_it_breaks(
    operation: CutOperation, refusal: type[Exception]
):
    with pytest.raises(refusal):
        apply_operation(Timeline(10, (3, 6)), operation)


class Histories(RuleBasedStateMachine):
    """Random histories beside a model: the plain set of cuts."""

    @initialize(frame_count=st.integers(2, MAX_FRAMES))
    def begin(self, frame_count: int) -> None:
        self.timeline = Timeline(frame_count)
        self.model: set[int] = set()
        self.done: list[CutOperation] = []

    def apply(self, operation: CutOperation) -> None:
        before = self.timeline
        self.timeline = apply_operation(before, operation)
        assert apply_operation(self.timeline, invert(operation)) == before
        self.done.append(operation)

    @precondition(lambda self: len(self.model) < self.timeline.frame_count - 1)
    @rule(data=st.data())
    def add(self, data: st.DataObject) -> None:
        uncut = sorted(set(range(1, self.timeline.frame_count)) - self.model)
        frame = data.draw(st.sampled_from(uncut))
        self.apply(AddCut(frame))
        self.model.add(frame)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        frame = data.draw(st.sampled_from(sorted(self.model)))
        self.apply(RemoveCut(frame))
        self.model.remove(frame)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), to_frame=frames)
    def move(self, data: st.DataObject, to_frame: int) -> None:
        frame = data.draw(st.sampled_from(sorted(self.model)))
        others = self.model - {frame}
        passed = {cut for cut in others if frame < cut <= to_frame or to_frame <= cut < frame}
        legal = not passed and 0 < to_frame < self.timeline.frame_count and frame != to_frame
        if legal:
            self.apply(MoveCut(frame, to_frame))
            self.model = others | {to_frame}
        else:
            with pytest.raises((DuplicateCut, CutOutOfBounds)):
                apply_operation(self.timeline, MoveCut(frame, to_frame))

    @rule()
    def undo_everything(self) -> None:
        while self.done:
            self.timeline = apply_operation(self.timeline, invert(self.done.pop()))
        assert self.timeline == Timeline(self.timeline.frame_count)
        self.model = set()

    @invariant()
    def the_clips_tile_and_the_cuts_are_the_model(self) -> None:
        if hasattr(self, "timeline"):
            assert self.timeline.cuts == tuple(sorted(self.model))
            clips = self.timeline.clips
            assert timeline_from_clips(self.timeline.frame_count, clips) == self.timeline


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=40)


@given(st.integers(1, MAX_FRAMES), st.sets(st.integers(1, MAX_FRAMES - 1)), operations)
def test_an_operation_needs_only_the_clips_around_its_frame(
    frame_count: int, cuts: set[int], operation: CutOperation
):
    """The services rely on this: they load two clips, not the timeline."""
    whole = timeline_from_cuts(frame_count, {cut for cut in cuts if cut < frame_count})
    around = FrameRange(operation.frame - 1, operation.frame + 1)
    near = complete_coverage(
        frame_count, [clip for clip in whole.clips if clip.overlap(around) > 0]
    )

    def outcome(timeline: Timeline) -> object:
        try:
            change = difference(timeline, apply_operation(timeline, operation))
        except InvalidInput as refusal:
            return type(refusal), str(refusal)
        return change.superseded, change.created

    assert outcome(near) == outcome(whole)


@given(st.integers(2, MAX_FRAMES), st.sets(st.integers(1, MAX_FRAMES - 1)), operations)
def test_an_operation_leaves_its_input_as_it_was(
    frame_count: int, cuts: set[int], operation: CutOperation
):
    timeline = timeline_from_cuts(frame_count, {cut for cut in cuts if cut < frame_count})
    copy = Timeline(timeline.frame_count, timeline.cuts)
    try:
        after = apply_operation(timeline, operation)
    except InvalidInput:
        after = None
    assert timeline == copy
    assert after != timeline
