"""The proxy's timeline: its rate, its length, and where in the source it begins."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from av.video.stream import VideoStream

from heaters.domain.time import format_fps
from heaters.media.frame_rate import constant_rate
from heaters.media.packet_scan import PacketScan


@dataclass(frozen=True, slots=True)
class Timing:
    """When a source's pictures are shown.

    Attributes:
        fps: rate of the proxy's timeline; the source's own where it has one.
        variable_rate: whether frames are missing from that timeline or off it.
        frame_count: frames of that timeline, as far as packets tell before they are decoded.
        start_s: when the first picture is shown, in seconds after the container's start.
    """

    fps: Fraction
    variable_rate: bool
    frame_count: int
    start_s: Fraction


def read_timing(stream: VideoStream, scan: PacketScan) -> Timing:
    """Find the timeline on which the scanned pictures lie."""
    declared = (stream.guessed_rate, stream.base_rate, stream.average_rate)
    fps, variable_rate = constant_rate(scan.times, scan.time_base, declared)
    return Timing(fps, variable_rate, scan.frame_count(fps), scan.start_s)


def constant_rate_frames(frames: Any, timing: Timing) -> Any:
    """Chain the filters that make frame i what is shown at i/fps after the first picture."""
    return frames.filter("setpts", f"PTS-({timing.start_s})/TB").filter(
        "fps", fps=format_fps(timing.fps), start_time=0
    )
