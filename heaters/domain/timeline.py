"""Timelines: where a video is cut, the clips that follow from it, and how two timelines differ."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from heaters.domain.errors import InvalidInput


class FrameOutOfRange(InvalidInput):
    """A cut must lie strictly inside (0, frame_count): at its ends there is nothing to part."""

    def __init__(self, frame: int, frame_count: int) -> None:
        super().__init__(
            f"frame {frame} cannot be a cut: cuts lie strictly between 0 and {frame_count}"
        )
        self.frame, self.frame_count = frame, frame_count


class DuplicateCut(InvalidInput):
    """A frame is cut at most once."""

    def __init__(self, frame: int) -> None:
        super().__init__(f"there is already a cut at frame {frame}")
        self.frame = frame


class RangeOutOfBounds(InvalidInput):
    """A range of frames must hold at least one frame, and only frames of the video."""

    def __init__(self, frames: FrameRange, frame_count: int) -> None:
        super().__init__(
            f"[{frames.start_frame}, {frames.end_frame}) is not a range of frames in"
            f" [0, {frame_count})"
        )
        self.frames, self.frame_count = frames, frame_count


class OverlappingRanges(InvalidInput):
    """No frame may be in two clips."""

    def __init__(self, frame: int) -> None:
        super().__init__(f"frame {frame} is in more than one range")
        self.frame = frame


class UncoveredFrame(InvalidInput):
    """Every frame must be in a clip."""

    def __init__(self, frame: int) -> None:
        super().__init__(f"frame {frame} is in no range")
        self.frame = frame


class FrameRange(NamedTuple):
    """Frames ``[start_frame, end_frame)``."""

    start_frame: int
    end_frame: int

    def overlap(self, other: FrameRange) -> int:
        """Return how many frames are in both."""
        return max(
            0, min(self.end_frame, other.end_frame) - max(self.start_frame, other.start_frame)
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """A video of ``frame_count`` frames, cut before each frame in ``cuts``.

    Cuts ascend and lie strictly inside (0, frame_count), so the clips between them always tile
    ``[0, frame_count)``: there is no timeline with a gap or an overlap.

    Raises:
        FrameOutOfRange: a cut is not strictly inside (0, frame_count).
        DuplicateCut: a cut comes twice.
        ValueError: there is no frame, or the cuts do not ascend.
    """

    frame_count: int
    cuts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.frame_count < 1:
            raise ValueError("a timeline has at least one frame")
        for outermost in (*self.cuts[:1], *self.cuts[-1:]):
            if not 0 < outermost < self.frame_count:
                raise FrameOutOfRange(outermost, self.frame_count)
        for cut, following in pairwise(self.cuts):
            if cut == following:
                raise DuplicateCut(cut)
            if cut > following:
                raise ValueError("the cuts of a timeline ascend")

    @property
    def clips(self) -> tuple[FrameRange, ...]:
        """The ranges between the cuts, in order; they tile ``[0, frame_count)``."""
        return tuple(FrameRange(*ends) for ends in pairwise((0, *self.cuts, self.frame_count)))

    def is_cut(self, frame: int) -> bool:
        """Tell whether a clip other than the first starts at ``frame``; O(log n)."""
        index = bisect_left(self.cuts, frame)
        return index < len(self.cuts) and self.cuts[index] == frame

    def neighbours(self, frame: int) -> tuple[int, int]:
        """Return the nearest cuts (or ends of the video) before and after ``frame``; O(log n)."""
        before, after = bisect_left(self.cuts, frame), bisect_right(self.cuts, frame)
        return (
            self.cuts[before - 1] if before else 0,
            self.cuts[after] if after < len(self.cuts) else self.frame_count,
        )


def timeline_from_cuts(frame_count: int, cuts: Iterable[int]) -> Timeline:
    """Return the timeline with these cuts, given in any order.

    Raises:
        FrameOutOfRange: a cut is not strictly inside (0, frame_count).
        DuplicateCut: a cut comes twice.
    """
    return Timeline(frame_count, tuple(sorted(cuts)))


def complete_coverage(frame_count: int, ranges: Iterable[FrameRange]) -> Timeline:
    """Return the timeline that has each of ``ranges`` as a clip; gaps become clips of their own.

    Args:
        frame_count: how many frames the video has.
        ranges: in any order.

    Raises:
        RangeOutOfBounds: a range is empty, or reaches beyond ``[0, frame_count)``.
        OverlappingRanges: a frame is in two ranges.
    """
    ends = {0, frame_count}
    previous_end_frame = 0
    for frames in sorted(ranges):
        if not 0 <= frames.start_frame < frames.end_frame <= frame_count:
            raise RangeOutOfBounds(frames, frame_count)
        if frames.start_frame < previous_end_frame:
            raise OverlappingRanges(frames.start_frame)
        ends.update(frames)
        previous_end_frame = frames.end_frame
    return Timeline(frame_count, tuple(sorted(ends)[1:-1]))


def timeline_from_clips(frame_count: int, ranges: Iterable[FrameRange]) -> Timeline:
    """Return the timeline whose clips are exactly ``ranges``, given in any order.

    Raises:
        RangeOutOfBounds: a range is empty, or reaches beyond ``[0, frame_count)``.
        OverlappingRanges: a frame is in two ranges.
        UncoveredFrame: a frame is in none.
    """
    ranges = set(ranges)
    timeline = complete_coverage(frame_count, ranges)
    for frames in timeline.clips:
        if frames not in ranges:
            raise UncoveredFrame(frames.start_frame)
    return timeline


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of clips when one timeline takes the place of another, each in order.

    ``superseded`` and ``created`` cover the same frames.
    """

    kept: tuple[FrameRange, ...]
    superseded: tuple[FrameRange, ...]
    created: tuple[FrameRange, ...]


def difference(old: Timeline, new: Timeline) -> Difference:
    """Compare two timelines of one video.

    Raises:
        ValueError: they differ in their number of frames.
    """
    if old.frame_count != new.frame_count:
        raise ValueError("two timelines of one video have the same number of frames")
    before, after = set(old.clips), set(new.clips)
    return Difference(
        kept=tuple(frames for frames in old.clips if frames in after),
        superseded=tuple(frames for frames in old.clips if frames not in after),
        created=tuple(frames for frames in new.clips if frames not in before),
    )


def heirs(change: Difference) -> dict[FrameRange, list[FrameRange]]:
    """Return the superseded ranges whose notes, tags and group each created range takes on.

    A superseded clip hands them to every clip made inside it (a split), or else to the one that
    shares most frames with it (a merge, a moved cut): none is lost.
    """
    taken_on: dict[FrameRange, list[FrameRange]] = {frames: [] for frames in change.created}
    starts = [frames.start_frame for frames in change.created]
    for old in change.superseded:
        first = bisect_right(starts, old.start_frame) - 1
        end = bisect_left(starts, old.end_frame)
        overlapping = change.created[first:end]
        inside = [new for new in overlapping if new.overlap(old) == new.end_frame - new.start_frame]
        for new in inside or [max(overlapping, key=old.overlap)]:
            taken_on[new].append(old)
    return taken_on
