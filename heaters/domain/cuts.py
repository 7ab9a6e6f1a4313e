"""The three operations on a timeline: add, remove and move one cut."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from heaters.domain.errors import InvalidInput
from heaters.domain.timeline import DuplicateCut, FrameOutOfRange, Timeline

MIN_SCENE_FRAMES = 4
"""A detector's cuts are at least this far apart: what is shorter is a flash, not a scene."""


class NoSuchCut(InvalidInput):
    """Only a cut can be removed or moved."""

    def __init__(self, frame: int) -> None:
        super().__init__(f"there is no cut at frame {frame}")
        self.frame = frame


class CutOutOfBounds(InvalidInput):
    """A moved cut stays strictly between its neighbours, so that both its clips keep a frame."""

    def __init__(self, frame: int, previous_frame: int, next_frame: int) -> None:
        super().__init__(
            f"a cut between {previous_frame} and {next_frame} cannot be moved to frame {frame}"
        )
        self.frame, self.previous_frame, self.next_frame = frame, previous_frame, next_frame


@dataclass(frozen=True, slots=True)
class AddCut:
    """Part the clip that holds ``frame``, so that a clip starts there."""

    frame: int


@dataclass(frozen=True, slots=True)
class RemoveCut:
    """Join the clips that meet at ``frame``."""

    frame: int


@dataclass(frozen=True, slots=True)
class MoveCut:
    """Let the clips that meet at ``frame`` meet at ``to_frame``."""

    frame: int
    to_frame: int


CutOperation = AddCut | RemoveCut | MoveCut


def apply_operation(timeline: Timeline, operation: CutOperation) -> Timeline:
    """Return the timeline after ``operation``; the input is left as it was.

    Only the clips that hold ``operation.frame`` or the frame before it matter: a timeline that
    lacks other cuts gives the same refusal or the same difference.

    Raises:
        FrameOutOfRange: the new cut is not strictly inside (0, frame_count).
        DuplicateCut: there is already a cut where one is to be.
        NoSuchCut: there is no cut to remove or to move.
        CutOutOfBounds: the cut would be moved to or past a neighbour.
    """
    cuts = timeline.cuts
    index = bisect_left(cuts, operation.frame)
    match operation:
        case AddCut(frame):
            if not 0 < frame < timeline.frame_count:
                raise FrameOutOfRange(frame, timeline.frame_count)
            if timeline.is_cut(frame):
                raise DuplicateCut(frame)
            return Timeline(timeline.frame_count, (*cuts[:index], frame, *cuts[index:]))
        case RemoveCut(frame):
            if not timeline.is_cut(frame):
                raise NoSuchCut(frame)
            return Timeline(timeline.frame_count, (*cuts[:index], *cuts[index + 1 :]))
        case MoveCut(frame, to_frame):
            if not timeline.is_cut(frame):
                raise NoSuchCut(frame)
            if frame == to_frame:
                raise DuplicateCut(frame)
            previous_frame, next_frame = timeline.neighbours(frame)
            if not previous_frame < to_frame < next_frame:
                raise CutOutOfBounds(to_frame, previous_frame, next_frame)
            return Timeline(timeline.frame_count, (*cuts[:index], to_frame, *cuts[index + 1 :]))
        case _:
            assert_never(operation)


def with_kept(found: Iterable[int], kept: Iterable[int]) -> list[int]:
    """Return the cuts that a detector found together with those that stay, ascending.

    A found one that is closer than ``MIN_SCENE_FRAMES`` to one that stays yields to it.
    """
    staying = set(kept)
    near = range(1 - MIN_SCENE_FRAMES, MIN_SCENE_FRAMES)
    taken = {cut + offset for cut in staying for offset in near}
    return sorted([*staying, *(cut for cut in found if cut not in taken)])


def invert(operation: CutOperation) -> CutOperation:
    """Return the operation that takes ``operation`` back."""
    match operation:
        case AddCut(frame):
            return RemoveCut(frame)
        case RemoveCut(frame):
            return AddCut(frame)
        case MoveCut(frame, to_frame):
            return MoveCut(to_frame, frame)
        case _:
            assert_never(operation)
