"""Builds the arguments of the one ffmpeg run that reads a source: pure functions, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ffmpeg

from heaters.media.inputs import INPUT_OPTIONS, file_url
from heaters.media.picture_filters import proxy_pictures
from heaters.media.probe import SourceInfo
from heaters.media.profiles import ANALYSIS, ANALYSIS_SIZE, MASTER, PROXY, Profile
from heaters.media.sound import sound_filters
from heaters.media.timing import timeline

# Suffixes that make ffmpeg write a container of the same kind as the one it read.
_SUFFIX_OF_CONTAINER: Final = {
    **{"mp4": ".mp4", "mov": ".mov", "matroska": ".mkv", "mpegts": ".ts"},
    **{"avi": ".avi", "flv": ".flv", "asf": ".wmv", "ogg": ".ogv", "mxf": ".mxf"},
    **{"gif": ".gif", "nut": ".nut", "yuv4mpegpipe": ".y4m", "ivf": ".ivf", "obu": ".obu"},
    **{"h264": ".h264", "hevc": ".hevc"},
}
MASTER_OUTPUT: Final = 2
"""The master's place among the outputs of ``preprocess_arguments``, by which ffmpeg names it."""

_WHATEVER_COMES: Final[dict[str, Any]] = {
    # ffmpeg's own repairs know one stream at a time and no future: ``stamps`` has done better.
    **{"copyts": None, "start_at_zero": None, "dts_error_threshold": 1e12},
    "max_error_rate": 1,  # what cannot be decoded is silent, or shown as the picture before
}


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that one run writes."""

    proxy: Path
    analysis: Path
    master: Path
    master_profile: Profile
    master_sounds: tuple[str, ...]


def outputs_in(
    folder: Path, info: SourceInfo, master_profile: Profile, master_sounds: tuple[str, ...]
) -> Outputs:
    """Name the files of one run in ``folder``; ``master_sounds`` are ffmpeg's stream specifiers."""
    suffix = master_profile.suffix or _SUFFIX_OF_CONTAINER.get(info.container, ".mkv")
    return Outputs(
        proxy=folder / f"{PROXY.name}{PROXY.suffix}",
        analysis=folder / f"{ANALYSIS.name}{ANALYSIS.suffix}",
        master=folder / f"{MASTER.name}{suffix}",
        master_profile=master_profile,
        master_sounds=master_sounds,
    )


def preprocess_arguments(
    source: Path, info: SourceInfo, outputs: Outputs, max_height: int | None
) -> list[str]:
    """Return the arguments that decode ``source`` once and write all of ``outputs``."""
    read = _input(source, info)
    pictures = proxy_pictures(read[str(info.video_index)], info.picture, max_height)
    frames = timeline(pictures, info.timing).filter_multi_output("split")
    small_frames = frames[1].filter("scale", *ANALYSIS_SIZE, flags="area").filter("format", "bgr24")
    streams, options = [frames[0]], PROXY.options(with_sound=info.sound is not None)
    if info.sound is not None:
        streams.append(read[str(info.sound.index)])
        options["af"] = sound_filters(info.timing, may_change=info.may_change)
    return ffmpeg.merge_outputs(
        ffmpeg.output(*streams, file_url(outputs.proxy), **options),
        ffmpeg.output(
            small_frames, file_url(outputs.analysis), **ANALYSIS.options(with_sound=False)
        ),
        _master(read, info, outputs),
    ).get_args()


def master_trial_arguments(
    source: Path, info: SourceInfo, outputs: Outputs, frame_count: int
) -> list[str]:
    """Return the arguments that write the master's first packets only, to see if they can be."""
    limit = {"frames:v": frame_count}
    return _master(_input(source, info), info, outputs, **limit).get_args()


def _input(source: Path, info: SourceInfo) -> Any:
    # Filters of the picture cope with changes themselves: anew, they would lose their place.
    options: dict[str, Any] = INPUT_OPTIONS | info.limits.input_options()
    options |= {"reinit_filter:v": 0} | _WHATEVER_COMES
    if info.may_change:
        # What the streams begin with: ffmpeg may take what it finds later for the whole.
        options[f"c:{info.video_index}"] = info.picture.codec
        if info.sound is not None:
            options[f"c:{info.sound.index}"] = info.sound.codec
    if not info.overflows:
        options["correct_ts_overflow"] = 0
    options |= {f"bsf:{index}": text for index, text in info.timing.repairs.items()}
    if info.picture.turn_ignored:
        options["noautorotate"] = None
    return ffmpeg.input(file_url(source), **options)


def _master(read: Any, info: SourceInfo, outputs: Outputs, **limit: int) -> Any:
    profile = outputs.master_profile
    streams = [read[name] for name in (str(info.video_index), *outputs.master_sounds)]
    if "c:s" in profile.file:
        streams.append(read["s?"])
    options = profile.options(with_sound=bool(outputs.master_sounds))
    return ffmpeg.output(*streams, file_url(outputs.master), **options, **limit)
