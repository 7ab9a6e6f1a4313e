"""Time stamps that cannot be true: found, and put where their packets belong.

A clock breaks where it goes back, or goes ahead by more than pictures can stay on the screen. What
follows a break is moved, so that it goes on where the part before it ended. A clock that returns to
where it was before is moved back with it, so that one wrong stamp moves nothing else.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from av.packet import Packet

from heaters.domain.errors import InvalidInput

NONE: Final = -(2**63)  # AV_NOPTS_VALUE
_FARTHEST = 2**60  # what is added to stamps and subtracted from them fits into 64 bits
_LONGEST_PICTURE_S = 60
_LONGEST_PICTURES = 30  # times the usual length: slides and time lapses are slow throughout
_LONGEST_SILENCE_S = 30
_BACK_S = 1
_BACK_PACKETS = 16  # most that a codec reorders: H.264, A.3.1
_MOST_BREAKS = 200
_SAME_TIME_S = 10
_FEWEST_KNOWN = 3

Stamps = npt.NDArray[np.int64]


@dataclass
class Track:
    """The packets of one stream as the container stamps them, in its order.

    Attributes:
        time_base: seconds per tick.
        places: of each packet among those of all tracks.
        pts: in ticks, ``NONE`` where there is none.
        dts: likewise.
        durations: in ticks, 0 where they are not known.
        shown: whether the packet is meant to be seen or heard.
    """

    time_base: Fraction
    places: array[int] = field(default_factory=lambda: array("q"))
    pts: array[int] = field(default_factory=lambda: array("q"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    durations: array[int] = field(default_factory=lambda: array("q"))
    shown: bytearray = field(default_factory=bytearray)

    def add(self, packet: Packet, place: int) -> None:
        """Note a packet."""
        self.places.append(place)
        self.pts.append(_stamp(packet.pts))
        self.dts.append(_stamp(packet.dts))
        self.durations.append(max(0, min(packet.duration or 0, _FARTHEST)))
        self.shown.append(not packet.is_discard)

    def clock(self) -> Stamps:
        """Return when each packet is decoded, in file order.

        What has no stamp follows the packet before it; without any stamp, all count from 0.
        """
        dts, pts = np.array(self.dts, np.int64), np.array(self.pts, np.int64)
        stamped = np.where(dts == NONE, pts, dts)
        passed = np.cumsum(self.durations, dtype=np.int64) - np.array(self.durations, np.int64)
        known = np.flatnonzero(stamped != NONE)
        if known.size == 0:
            return passed
        before = known[np.searchsorted(known, np.arange(len(stamped)), side="right") - 1]
        before[: known[0]] = known[0]
        return stamped[before] + (passed - passed[before])

    def ticks(self, seconds: float) -> float:
        """Return a time in seconds as ticks."""
        return float(seconds / self.time_base)


@dataclass(frozen=True)
class Break:
    """A place where a clock cannot be right.

    Attributes:
        number: of the packet in its stream, from 0.
        stamp_s: what the container says, in seconds.
        by_s: how far that is ahead of where the packet belongs; negative: behind.
    """

    number: int
    stamp_s: Fraction
    by_s: Fraction


@dataclass(frozen=True)
class Part:
    """Packets [first, end) of a stream whose stamps are all off by ``shift`` ticks."""

    first: int
    end: int
    shift: int


@dataclass(frozen=True)
class Repair:
    """What has to be added to the stamps of one stream.

    Attributes:
        parts: together all packets.
        pts: the repaired stamps; ``NONE`` where there are none.
        dts: likewise.
        clock: when each packet is decoded, repaired; see ``Track.clock``.
        usual: the usual time from one packet to the next, in ticks.
        longest: the longest that a picture may be shown, in ticks.
        breaks: what was wrong.
    """

    parts: tuple[Part, ...]
    pts: Stamps
    dts: Stamps
    clock: Stamps
    usual: int
    longest: float
    breaks: tuple[Break, ...]

    def bitstream_filter(self, track: Track) -> str | None:
        """Return the ``setts`` filter of ffmpeg that does it; None if there is nothing to do."""
        sums = [
            _sum(after - np.array(before, np.int64), after != NONE)
            for before, after in ((track.pts, self.pts), (track.dts, self.dts))
        ]
        too_long = max(track.durations, default=0) > self.longest
        if not any(sums) and not too_long:
            return None
        pts, dts = (
            f"if(eq({name},NOPTS),NOPTS,{name}{text})"
            for name, text in zip(("PTS", "DTS"), sums, strict=True)
        )
        duration = f"if(gt(DURATION,{self.longest:.0f}),{self.usual},DURATION)"
        return f"setts=pts='{pts}':dts='{dts}':duration='{duration}'"


def repair_pictures(track: Track, sound: Track | None) -> Repair:
    """Find where the clock of the pictures breaks, and the stamps that they should have.

    Raises:
        InvalidInput: it breaks too often to be mended; the message names the first stamp.
    """
    clock = track.clock()
    usual = _usual(track, clock)
    longest = max(track.ticks(_LONGEST_PICTURE_S), _LONGEST_PICTURES * usual)
    back = max(track.ticks(_BACK_S), _BACK_PACKETS * usual)
    steps = np.diff(clock)
    numbers = [
        int(number) + 1
        for number in np.flatnonzero((steps > longest) | (steps < -back))
        if steps[number] < 0 or not _sounds(sound, track, clock[number], clock[number + 1])
    ]
    _refuse_many(track, clock, numbers)
    parts = _parts(clock, numbers, usual, longest)
    pts, dts = _moved(track.pts, parts), _moved(track.dts, parts)
    breaks = [_break(track, clock, part) for part in parts[1:]]
    misplaced = _misplaced(pts, dts, usual, longest)
    _refuse_many(track, clock, misplaced)
    for number in misplaced:
        wrong = int(pts[number])
        pts[number] = _hole(np.delete(pts, number), int(dts[number]), usual)
        by_s = (wrong - int(pts[number])) * track.time_base
        breaks.append(Break(number, track.pts[number] * track.time_base, by_s))
    told = tuple(one for one in breaks if one.by_s)
    return Repair(tuple(parts), pts, dts, _moved(clock, parts), usual, longest, told)


def first_gap(times: Stamps, track: Track, sound: Track | None, repair: Repair) -> int | None:
    """Return the first of the ascending ``times`` that comes too long after the one before."""
    for number in np.flatnonzero(np.diff(times) > repair.longest):
        if not _sounds(sound, track, times[number], times[number + 1]):
            return int(times[number + 1])
    return None


def repair_sound(track: Track, video: Track, pictures: Repair) -> Repair:
    """Find the stamps that the sound should have, next to repaired pictures.

    Sound that is recorded by a clock that breaks in the pictures too is moved as they are. A long
    gap that the pictures don't have is silence.
    """
    clock = track.clock()
    usual = _usual(track, clock)
    steps = np.diff(clock)
    jumps = (steps > track.ticks(_LONGEST_SILENCE_S)) | (steps < -track.ticks(_BACK_S))
    numbers = [int(number) + 1 for number in np.flatnonzero(jumps)]
    _refuse_many(track, clock, numbers)
    parts: list[Part] = []
    for first, end in zip([0, *numbers], [*numbers, len(clock)], strict=True):
        shift_s = _shift_s_beside(track, (first, end), video, pictures)
        if shift_s is not None:
            shift = round(shift_s / track.time_base)
        elif parts:
            shift = parts[-1].shift
            if clock[first] < clock[first - 1]:
                shift += int(clock[first - 1]) + usual - int(clock[first])
        else:
            shift = 0
        parts.append(Part(first, end, shift))
    breaks = [_break(track, clock, part) for part in parts[1:]]
    return Repair(
        tuple(parts),
        _moved(track.pts, parts),
        _moved(track.dts, parts),
        _moved(clock, parts),
        usual,
        track.ticks(_LONGEST_SILENCE_S),
        tuple(one for one in breaks if one.by_s),
    )


def _stamp(stamp: int | None) -> int:
    return NONE if stamp is None else max(-_FARTHEST, min(stamp, _FARTHEST))


def _usual(track: Track, clock: Stamps) -> int:
    steps = np.diff(clock)
    steps = steps[steps > 0]
    if steps.size == 0:
        known = [duration for duration in track.durations if duration > 0]
        return min(known, default=1)
    return max(1, int(np.median(steps)))


def _refuse_many(track: Track, clock: Stamps, numbers: list[int]) -> None:
    if len(numbers) > _MOST_BREAKS:
        stamp_s = float(int(clock[numbers[0]]) * track.time_base)
        raise InvalidInput(
            f"its time stamps jump {len(numbers)} times, the first time to {stamp_s:.3f} s:"
            " write it again with a program that repairs them"
        )


def _sounds(sound: Track | None, track: Track, start: int, end: int) -> bool:
    """Tell whether sound fills at least half of [start, end): then that much time has passed."""
    if sound is None:
        return False
    stamps = np.array(sound.pts, np.int64) * float(sound.time_base)
    inside = (stamps >= start * float(track.time_base)) & (stamps < end * float(track.time_base))
    heard_s = np.array(sound.durations, np.int64)[inside].sum() * float(sound.time_base)
    return bool(heard_s * 2 >= (end - start) * float(track.time_base))


def _parts(clock: Stamps, numbers: list[int], usual: int, longest: float) -> list[Part]:
    parts: list[Part] = []
    shift = 0
    for first, end in zip([0, *numbers], [*numbers, len(clock)], strict=True):
        if first:
            before, now = int(clock[first - 1]) + shift, int(clock[first])
            returned = (
                part.shift
                for part in reversed(parts[:-1])
                if 0 < now + part.shift - before <= longest
            )
            shift = next(returned, before + usual - now)
        parts.append(Part(first, end, shift))
    return parts


def _moved(stamps: array[int] | Stamps, parts: list[Part]) -> Stamps:
    moved = np.array(stamps, np.int64)
    for part in parts:
        span = moved[part.first : part.end]
        span[span != NONE] += part.shift
    return moved


def _break(track: Track, clock: Stamps, part: Part) -> Break:
    stamp_s = int(clock[part.first]) * track.time_base
    return Break(part.first, stamp_s, -part.shift * track.time_base)


def _misplaced(pts: Stamps, dts: Stamps, usual: int, longest: float) -> list[int]:
    """Return the packets that are decoded in their turn and shown far from it."""
    known = (pts != NONE) & (dts != NONE)
    if known.sum() < _FEWEST_KNOWN:
        return []
    numbers, shown = np.flatnonzero(known), pts[known]
    rank = np.empty(len(shown), np.int64)
    rank[np.argsort(shown, kind="stable")] = np.arange(len(shown))
    off = np.abs(rank - np.arange(len(shown)))
    delay = shown - dts[known]
    far = np.abs(delay - np.median(delay))
    out_of_turn = (far > 10 * usual) & (off > np.percentile(off, 90) + 1)
    return [int(n) for n in numbers[out_of_turn | (far > longest)]]


def _hole(others: Stamps, decoded: int, usual: int) -> int:
    """Return where a picture is missing, next to when it is decoded."""
    others = np.sort(others)
    follows = np.append(np.diff(others) >= 1.5 * usual, True)  # the end is a hole, too
    holes = others[follows] + usual
    return int(holes[np.abs(holes - decoded).argmin()])


def _shift_s_beside(
    track: Track, span: tuple[int, int], video: Track, pictures: Repair
) -> Fraction | None:
    """Return by how much the pictures next to the packets [first, end) of ``span`` were moved.

    Next to them are those among which they stand in the file, by a clock that shows the same time.
    """
    first, end = span
    ours = track.clock()[first:end] * float(track.time_base)
    video_clock = video.clock() * float(video.time_base)
    best, most = None, 0
    for part in pictures.parts:
        theirs = video_clock[part.first : part.end]
        apart_s = max(theirs.min() - ours.max(), ours.min() - theirs.max())
        among = min(track.places[end - 1], video.places[part.end - 1]) - max(
            track.places[first], video.places[part.first]
        )
        if apart_s <= _SAME_TIME_S and among > most:
            best, most = part.shift * video.time_base, among
    return best


def _sum(added: Stamps, known: npt.NDArray[np.bool_]) -> str:
    """Write what is added to the stamps as a sum of steps over ``N``, the packet's number."""
    terms: list[str] = []
    total = 0
    numbers = np.flatnonzero(known)
    values = added[known]
    changes = np.flatnonzero(np.diff(values, prepend=0))
    for number, value in zip(numbers[changes].tolist(), values[changes].tolist(), strict=True):
        terms.append(f"+gte(N,{number})*({value - total})")
        total = value
    return "".join(terms)
