"""What is said where a source's time cannot be kept as it is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from av.container import InputContainer

from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.stamps import NONE, Repair, Track

_MICROSECOND = Fraction(1, 1_000_000)
_TOLD_S = 1  # what is shorter is not worth a warning
_TOLD_BREAKS = 3


def stamps_repaired(
    repair: Repair, last_duration_s: Fraction, unit_s: Fraction
) -> list[SourceWarning]:
    """Name the stamps that were not believed."""
    told = [
        f"picture {one.number} is stamped {_clock(one.stamp_s)},"
        f" {_clock(abs(one.by_s))} too {'late' if one.by_s > 0 else 'early'}"
        for one in repair.breaks[:_TOLD_BREAKS]
    ]
    if more := len(repair.breaks) - len(told):
        told.append(f"and {more} more")
    if last_duration_s > Fraction(repair.longest) * unit_s:
        told.append(f"the last picture is said to last for {_clock(last_duration_s)}")
    if not told:
        return []
    text = f"Time stamps cannot be right, and the gaps are closed: {'; '.join(told)}."
    return [SourceWarning(WarningCode.STAMPS_REPAIRED, text)]


def beginning_lost(lost_s: Fraction) -> list[SourceWarning]:
    """Say that the beginning cannot be decoded."""
    if lost_s <= _TOLD_S:
        return []
    text = f"The first {float(lost_s):.1f} s of the pictures cannot be decoded and are left out."
    return [SourceWarning(WarningCode.BEGINNING_LEFT_OUT, text)]


def codec_changes(end_s: Fraction) -> SourceWarning:
    """Say that only the part before a change is used."""
    text = (
        f"The video changes its codec after {float(end_s):.1f} s; what follows is left out. Cut the"
        " file there to bring in the other part."
    )
    return SourceWarning(WarningCode.CODEC_CHANGES, text)


def sound_lost(sound_s: tuple[Fraction, Fraction], end_s: Fraction) -> list[SourceWarning]:
    """Name the sound that has no picture."""
    begin_s, sound_end_s = sound_s
    told: list[str] = []
    if begin_s >= end_s:
        told.append("It begins after the last picture: the video is silent.")
    else:
        if begin_s < -_TOLD_S:
            told.append(f"The {float(-begin_s):.1f} s before the first picture are left out.")
        if sound_end_s > end_s + _TOLD_S:
            rest_s = float(sound_end_s - end_s)
            told.append(f"The {rest_s:.1f} s after the last picture are left out.")
    if not told:
        return []
    text = f"The sound does not match the pictures. {' '.join(told)}"
    return [SourceWarning(WarningCode.SOUND_CUT, text)]


def ends_early(container: InputContainer, tracks: Mapping[int, Track]) -> list[SourceWarning]:
    """Compare where packets end with where the container says that they do.

    Args:
        container: what was read.
        tracks: its packets, by the stream's index.
    """
    declared_s, end_s = Fraction(0), Fraction(0)
    for index, track in tracks.items():
        stream = container.streams[index]
        ends = np.array(track.pts, np.int64) + np.array(track.durations, np.int64)
        known = ends[np.array(track.pts, np.int64) != NONE]
        end_s = max(end_s, int(known.max(initial=0)) * track.time_base)
        if stream.duration is not None:
            end = (stream.start_time or 0) + stream.duration
            declared_s = max(declared_s, end * track.time_base)
    if not declared_s and container.duration is not None:
        declared_s = ((container.start_time or 0) + container.duration) * _MICROSECOND
    if declared_s - end_s <= _TOLD_S:
        return []
    text = (
        f"The file ends at {float(end_s):.1f} s, although its header promises"
        f" {float(declared_s):.1f} s."
    )
    return [SourceWarning(WarningCode.ENDS_EARLY, text)]


def _clock(seconds: Fraction) -> str:
    """Write seconds as ``3:25:45.120``, without what is zero in front."""
    sign, total = ("-" if seconds < 0 else ""), abs(seconds)
    minutes, s = divmod(total, 60)
    hours, m = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}:{m:02d}:{float(s):06.3f}"
    return f"{sign}{m}:{float(s):06.3f}" if m else f"{sign}{float(s):.3f} s"
