"""Timelines: what cannot be made, what follows from cuts, and how two of them differ."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heaters.domain.timeline import (
    Difference,
    DuplicateCut,
    FrameOutOfRange,
    FrameRange,
    OverlappingRanges,
    RangeOutOfBounds,
    Timeline,
    UncoveredFrame,
    complete_coverage,
    difference,
    heirs,
    timeline_from_clips,
    timeline_from_cuts,
)


@st.composite
def timelines(draw: st.DrawFn, max_frames: int = 60) -> Timeline:
    frame_count = draw(st.integers(1, max_frames))
    cuts = draw(st.sets(st.integers(1, frame_count - 1))) if frame_count > 1 else ()
    return timeline_from_cuts(frame_count, cuts)


@st.composite
def pairs_of_timelines(draw: st.DrawFn) -> tuple[Timeline, Timeline]:
    old = draw(timelines())
    cuts = draw(st.sets(st.integers(1, old.frame_count - 1))) if old.frame_count > 1 else ()
    return old, timeline_from_cuts(old.frame_count, cuts)


def covered(ranges: tuple[FrameRange, ...]) -> list[int]:
    return sorted(frame for start, end in ranges for frame in range(start, end))


@given(timelines())
def test_the_clips_of_a_timeline_tile_it(timeline: Timeline):
    assert covered(timeline.clips) == list(range(timeline.frame_count))
    assert len(timeline.clips) == len(timeline.cuts) + 1


@given(timelines())
def test_a_timeline_is_known_by_its_clips_and_by_its_cuts(timeline: Timeline):
    assert timeline_from_clips(timeline.frame_count, reversed(timeline.clips)) == timeline
    assert timeline_from_cuts(timeline.frame_count, reversed(timeline.cuts)) == timeline


@given(timelines(), st.integers(-2, 62))
def test_look_ups_agree_with_looking_at_every_cut(timeline: Timeline, frame: int):
    ends = (0, *timeline.cuts, timeline.frame_count)
    assert timeline.is_cut(frame) == (frame in timeline.cuts)
    if 0 < frame < timeline.frame_count:
        before, after = timeline.neighbours(frame)
        assert before == max(end for end in ends if end < frame)
        assert after == min(end for end in ends if end > frame)


@given(timelines(), st.data())
def test_gaps_become_clips_of_their_own(timeline: Timeline, data: st.DataObject):
    ranges = data.draw(st.sets(st.sampled_from(timeline.clips)))
    completed = complete_coverage(timeline.frame_count, ranges)
    gaps = set(completed.clips) - ranges
    assert ranges <= set(completed.clips)
    assert not any(
        first.end_frame == second.start_frame for first, second in pairwise(sorted(gaps))
    )
    if gaps:
        with pytest.raises(UncoveredFrame) as refusal:
            timeline_from_clips(timeline.frame_count, ranges)
        assert refusal.value.frame == min(gaps).start_frame


@given(pairs_of_timelines())
def test_a_difference_parts_both_timelines(pair: tuple[Timeline, Timeline]):
    old, new = pair
    change = difference(old, new)
    assert sorted(change.kept + change.superseded) == list(old.clips)
    assert sorted(change.kept + change.created) == list(new.clips)
    assert covered(change.superseded) == covered(change.created)
    assert difference(new, old) == Difference(change.kept, change.created, change.superseded)


@given(pairs_of_timelines())
def test_no_superseded_clip_is_without_an_heir(pair: tuple[Timeline, Timeline]):
    change = difference(*pair)
    taken_on = heirs(change)
    assert tuple(taken_on) == change.created
    assert {old for olds in taken_on.values() for old in olds} == set(change.superseded)
    for new, olds in taken_on.items():
        assert olds == sorted(olds)
        assert all(old.overlap(new) > 0 for old in olds)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param((), (4,), {(0, 4): [(0, 10)], (4, 10): [(0, 10)]}, id="split"),
        pytest.param((4,), (), {(0, 10): [(0, 4), (4, 10)]}, id="merge"),
        pytest.param((4,), (8,), {(0, 8): [(0, 4)], (8, 10): [(4, 10)]}, id="moved later"),
        pytest.param((8,), (4,), {(0, 4): [(0, 8)], (4, 10): [(8, 10)]}, id="moved earlier"),
    ],
)
def test_who_takes_on_notes(old: tuple[int, ...], new: tuple[int, ...], expected: object):
    assert heirs(difference(Timeline(10, old), Timeline(10, new))) == expected


@pytest.mark.parametrize(
    ("make", "refusal", "message"),
    [
        (lambda: Timeline(10, (0,)), FrameOutOfRange, "frame 0 cannot be a cut"),
        (lambda: Timeline(10, (3, 10)), FrameOutOfRange, "frame 10 cannot be a cut"),
        (lambda: Timeline(10, (-4, 3)), FrameOutOfRange, "frame -4 cannot be a cut"),
        (lambda: timeline_from_cuts(10, [7, 3, 7]), DuplicateCut, "already a cut at frame 7"),
        (lambda: Timeline(10, (5, 3)), ValueError, "ascend"),
        (lambda: Timeline(0), ValueError, "at least one frame"),
        (
            lambda: complete_coverage(10, [FrameRange(0, 4), FrameRange(3, 6)]),
            OverlappingRanges,
            "frame 3 is in more than one range",
        ),
        (lambda: complete_coverage(10, [FrameRange(4, 4)]), RangeOutOfBounds, r"\[4, 4\)"),
        (lambda: complete_coverage(10, [FrameRange(-1, 4)]), RangeOutOfBounds, r"\[-1, 4\)"),
        (lambda: complete_coverage(10, [FrameRange(4, 11)]), RangeOutOfBounds, r"\[4, 11\)"),
        (lambda: timeline_from_clips(10, []), UncoveredFrame, "frame 0 is in no range"),
        (lambda: difference(Timeline(9), Timeline(10)), ValueError, "same number of frames"),
    ],
)
def test_what_does_not_tile_is_refused(
    make: Callable[[], object], refusal: type[Exception], message: str
):
    with pytest.raises(refusal, match=message):
        make()


def test_an_hour_of_film_is_read_from_exact_times():
    fps = Fraction(30000, 1001)
    timeline = timeline_from_cuts(107_892, [int(second * fps) for second in range(1, 3600)])
    assert len(timeline.clips) == 3600
    assert timeline.clips[-1].end_frame == 107_892
