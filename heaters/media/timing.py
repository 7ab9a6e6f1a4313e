"""The proxy's timeline: its rate, its length, and where in the source it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from heaters.domain.errors import InvalidInput
from heaters.domain.time import format_fps
from heaters.domain.warnings import SourceWarning
from heaters.media.frame_rate import constant_rate
from heaters.media.packet_scan import PacketScan, may_change
from heaters.media.stamp_warnings import (
    beginning_lost,
    codec_changes,
    ends_early,
    sound_lost,
    stamps_repaired,
)
from heaters.media.stamps import (
    NONE,
    Repair,
    Stamps,
    Track,
    first_gap,
    repair_pictures,
    repair_sound,
)

_MICROSECOND = Fraction(1, 1_000_000)
_SLIDE_S = Fraction(1, 2)
_FEWEST_TRIED = 4
_FIELD_SHARE = 0.6  # fields of a picture are half of its time apart, pictures at least two thirds


@dataclass(frozen=True, slots=True)
class Timing:
    """When a source's pictures are shown.

    Attributes:
        fps: rate of the proxy's timeline; the source's own where it has one.
        variable_rate: whether frames are missing from that timeline or off it.
        frame_count: frames of that timeline.
        held_frames: how many of these repeat the last picture, until its time is over.
        start_s: when the first picture is shown, in seconds after the container's start.
        repairs: ffmpeg's bitstream filters that repair the stamps of a stream, by its index.
    """

    fps: Fraction
    variable_rate: bool
    frame_count: int
    held_frames: int
    start_s: Fraction
    repairs: Mapping[int, str]

    @property
    def end_s(self) -> Fraction:
        """When the last frame ends, in seconds after the first began."""
        return self.frame_count / self.fps


def read_timing(
    container: InputContainer,
    video: VideoStream,
    audio: AudioStream | None,
    scan: PacketScan,
    name: str,
) -> tuple[Timing, tuple[SourceWarning, ...]]:
    """Find the timeline on which the scanned pictures lie, and what cannot be kept.

    Raises:
        InvalidInput: its time stamps cannot be repaired; the message names the first.
    """
    track, sound, unit_s = scan.video, scan.sound, scan.video.time_base
    try:
        repair = repair_pictures(track, sound)
        heard = repair_sound(sound, track, repair) if sound else None
    except InvalidInput as error:
        raise InvalidInput(f"{name} cannot be put in order: {error}") from error
    every = times = _times(track, repair)
    first_s, start_s = (container.start_time or 0) * _MICROSECOND, Fraction(0)
    if scan.picture and scan.picture.pts is not None and container.start_time is not None:
        times = every[np.searchsorted(every, scan.picture.pts) :]
        first_s = scan.picture.pts * unit_s
        start_s = first_s - container.start_time * _MICROSECOND
    if (stamp := first_gap(times, track, sound, repair)) is not None:
        raise InvalidInput(
            f"{name}: a picture is stamped {float(stamp * unit_s):.3f} s, long after the one before"
            " it, and where it belongs cannot be told: write the file again with right time stamps"
        )
    times = _without_second_fields(times, scan)
    rates = (video.guessed_rate, video.base_rate, video.average_rate)
    fps, variable_rate = constant_rate(times, unit_s, rates)
    sound_s = _span_s(sound, heard, first_s) if sound and heard else None
    places, held = _length(
        video,
        scan,
        repair,
        times,
        fps,
        variable_rate=variable_rate,
        sound_end_s=sound_s[1] if sound_s else Fraction(0),
    )
    timing = Timing(
        fps=fps,
        variable_rate=variable_rate,
        frame_count=places + held,
        held_frames=held,
        start_s=start_s,
        repairs=_filters((video, track, repair), (audio, sound, heard)),
    )
    warnings = [
        *stamps_repaired(repair, _last_duration(track, repair) * unit_s, unit_s),
        *beginning_lost(int(times[0] - every[0]) * unit_s if times.size else Fraction(0)),
        *(sound_lost(sound_s, timing.end_s) if sound_s else ()),
    ]
    if scan.ends_with_codec:
        warnings.append(codec_changes(timing.end_s))
    elif not (repair.breaks or scan.warnings or may_change(container)):
        tracks = {video.index: track} | ({audio.index: sound} if audio and sound else {})
        warnings += ends_early(container, tracks)
    return timing, tuple(warnings)


def timeline(pictures: Any, timing: Timing) -> Any:
    """Chain the filters that make frame i what is shown at i/fps after the first picture."""
    frames = pictures.filter("setpts", f"PTS-({timing.start_s})/TB").filter(
        "fps", fps=format_fps(timing.fps), start_time=0, eof_action="pass"
    )
    if timing.held_frames:
        frames = frames.filter("tpad", stop=timing.held_frames, stop_mode="clone")
    return frames.filter("trim", end_frame=timing.frame_count)


def _times(track: Track, repair: Repair) -> Stamps:
    """Return when pictures are shown, ascending and distinct; nothing where nothing is stamped.

    Where pts are missing, by dts (AVI); where these are missing too, one after the other.
    """
    shown = np.frombuffer(track.shown, dtype=np.bool_)
    known = [stamps[shown & (stamps != NONE)] for stamps in (repair.pts, repair.dts)]
    if any(len(stamps) for stamps in known):
        known.append(repair.clock[shown])
    return np.unique(max(known, key=len))


def _without_second_fields(times: Stamps, scan: PacketScan) -> Stamps:
    """Leave out the stamps of packets that hold the second field of a picture."""
    steps = np.diff(np.sort(np.array(scan.picture_stamps, np.int64)))
    if len(steps) < _FEWEST_TRIED or times.size == 0:
        return times
    closest = float(np.median(steps)) * _FIELD_SHARE
    kept = [times[0]]
    for time in times[1:]:
        if time - kept[-1] >= closest:
            kept.append(time)
    return np.array(kept, np.int64)


def _length(
    video: VideoStream,
    scan: PacketScan,
    repair: Repair,
    times: Stamps,
    fps: Fraction,
    *,
    variable_rate: bool,
    sound_end_s: Fraction,
) -> tuple[int, int]:
    """Return the frames from first to last picture, and for how many more the last is held.

    A picture on a grid lasts for one frame. Any other lasts for as long as the container says, or
    until the sound ends, unless that is longer than a picture may be shown.
    """
    track, unit_s = scan.video, scan.video.time_base
    if times.size == 0:
        return sum(track.shown), 0
    last_s = int(times[-1] - times[0]) * unit_s
    places = round(last_s * fps) + 1
    if (times.size > 1 and not variable_rate) or scan.ends_with_codec:
        return places, 0
    slow = times.size == 1 or repair.usual * unit_s >= _SLIDE_S
    longest_s = Fraction(repair.longest) * unit_s
    lengths_s = [_last_duration(track, repair) * unit_s]
    if slow and not sound_end_s and video.duration:
        end = (video.start_time or 0) + video.duration
        lengths_s.append((end - int(times[-1])) * unit_s)
    length_s = max(
        [length_s for length_s in lengths_s if length_s <= longest_s], default=Fraction(0)
    )
    rest_s = sound_end_s - last_s
    if slow or rest_s <= longest_s:
        length_s = max(length_s, rest_s)
    return places, max(0, round(length_s * fps) - 1)


def _last_duration(track: Track, repair: Repair) -> int:
    return track.durations[int(np.argmax(repair.pts))] if len(repair.pts) else 0


def _span_s(sound: Track, heard: Repair, first_s: Fraction) -> tuple[Fraction, Fraction]:
    """Return when the sound begins and ends, in seconds after the first picture."""
    stamps = np.where(heard.pts == NONE, heard.dts, heard.pts)
    known = stamps != NONE
    if not known.any():
        return Fraction(0), Fraction(0)
    ends = (stamps + np.array(sound.durations, np.int64))[known]
    begin, end = int(stamps[known].min()), int(ends.max())
    return begin * sound.time_base - first_s, end * sound.time_base - first_s


def _filters(
    *streams: tuple[VideoStream | AudioStream | None, Track | None, Repair | None],
) -> dict[int, str]:
    return {
        stream.index: text
        for stream, track, repair in streams
        if stream and track and repair and (text := repair.bitstream_filter(track))
    }
