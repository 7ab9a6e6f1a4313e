"""Builds the arguments of the one ffmpeg run that reads a source: pure functions, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import ffmpeg

from heaters.domain.time import format_fps
from heaters.media.probe import INPUT_OPTIONS, Colour, SourceInfo
from heaters.media.profiles import ANALYSIS, ANALYSIS_SIZE, MASTER, PROXY, Profile

# Suffixes that make ffmpeg write a container of the same kind as the one it read.
_SUFFIX_OF_CONTAINER: Final = {
    **{"mp4": ".mp4", "mov": ".mov", "matroska": ".mkv", "mpegts": ".ts"},
    **{"avi": ".avi", "flv": ".flv", "asf": ".wmv", "ogg": ".ogv", "mxf": ".mxf"},
    **{"gif": ".gif", "nut": ".nut", "yuv4mpegpipe": ".y4m", "ivf": ".ivf", "obu": ".obu"},
    **{"h264": ".h264", "hevc": ".hevc"},
}
_LEAST_HD_HEIGHT = 720
_REFERENCE_WHITE_NITS = 203  # ITU-R BT.2408


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that one run writes."""

    proxy: Path
    analysis: Path
    master: Path
    master_profile: Profile


def outputs_in(folder: Path, info: SourceInfo, master_profile: Profile) -> Outputs:
    """Name the files of one run in ``folder``."""
    suffix = master_profile.suffix or _SUFFIX_OF_CONTAINER.get(info.container, ".mkv")
    return Outputs(
        proxy=folder / f"{PROXY.name}{PROXY.suffix}",
        analysis=folder / f"{ANALYSIS.name}{ANALYSIS.suffix}",
        master=folder / f"{MASTER.name}{suffix}",
        master_profile=master_profile,
    )


def proxy_size(info: SourceInfo, max_height: int | None) -> tuple[int, int]:
    """Return the proxy's width and height: even, the source's own unless capped, never less than 2.

    An odd side is scaled by one pixel: cropping would lose a line, padding would show a black one.
    """
    scale = Fraction(1)
    if max_height is not None and info.height > max_height:
        scale = Fraction(max_height // 2 * 2, info.height)
    width, height = ((side * scale + 1) // 2 * 2 for side in (info.width, info.height))
    return max(2, width), max(2, height)


def preprocess_arguments(
    source: Path, info: SourceInfo, outputs: Outputs, max_height: int | None
) -> list[str]:
    """Return the arguments that decode ``source`` once and write all of ``outputs``."""
    read = _input(source)
    frames = _proxy_frames(read, info, max_height).filter_multi_output("split")
    small_frames = frames[1].filter("scale", *ANALYSIS_SIZE, flags="area").filter("format", "bgr24")
    streams, options = [frames[0]], PROXY.options(with_sound=info.audio_index is not None)
    if info.audio_index is not None:
        streams.append(read[str(info.audio_index)])
        options["af"] = _sound_filters(info)
    return ffmpeg.merge_outputs(
        ffmpeg.output(*streams, _url(outputs.proxy), **options),
        ffmpeg.output(small_frames, _url(outputs.analysis), **ANALYSIS.options(with_sound=False)),
        _master(read, info, outputs),
    ).get_args()


def master_trial_arguments(
    source: Path, info: SourceInfo, outputs: Outputs, frame_count: int
) -> list[str]:
    """Return the arguments that write the master's first packets only, to see if they can be."""
    limit = {"frames:v": frame_count}
    return _master(_input(source), info, outputs, **limit).get_args()


def _input(source: Path) -> Any:
    # Filters of the picture cope with changes themselves: anew, they would lose their place.
    return ffmpeg.input(_url(source), **INPUT_OPTIONS, **{"reinit_filter:v": 0})


def _url(path: Path) -> str:
    """Name a file so that ffmpeg takes no part of its name for an option or a protocol."""
    return f"file:{path.absolute()}"


def _master(read: Any, info: SourceInfo, outputs: Outputs, **limit: int) -> Any:
    profile = outputs.master_profile
    streams = [read[str(info.video_index)], read["a?"]]
    if "c:s" in profile.file:
        streams.append(read["s?"])
    return ffmpeg.output(
        *streams, _url(outputs.master), **profile.options(with_sound=True), **limit
    )


def _proxy_frames(read: Any, info: SourceInfo, max_height: int | None) -> Any:
    """Chain the filters that make frame i what is shown at i/fps after the first picture.

    ffmpeg has turned the picture upright before. The first two do nothing unless the source changes
    its size or format on the way.
    """
    turned = info.rotation in (90, 270)
    coded_size = (info.coded_width, info.coded_height)
    frames = (
        read[str(info.video_index)]
        .filter("scale", *(reversed(coded_size) if turned else coded_size))
        .filter("format", info.pixel_format)
    )
    if info.interlaced:
        frames = frames.filter("bwdif", mode="send_frame", deint="interlaced")
    if info.colour is Colour.HDR:
        frames = _to_standard_range(frames)
    elif info.colour is Colour.UNTAGGED_YUV:
        frames = _tagged(frames, "bt709" if info.coded_height >= _LEAST_HD_HEIGHT else "smpte170m")
    values = {"out_range": "tv"} if info.full_range else {}
    if info.colour is Colour.RGB:
        values["out_color_matrix"] = "bt709"
    frames = frames.filter("scale", *proxy_size(info, max_height), **values)
    if info.colour is Colour.RGB:
        frames = _tagged(frames, "bt709")
    return (
        frames.filter("format", "yuv420p")
        .filter("setsar", 1)
        .filter("setpts", f"PTS-({info.start_s})/TB")
        .filter("fps", fps=format_fps(info.fps), start_time=0)
    )


def _tagged(frames: Any, kind: str) -> Any:
    """Say of which kind the colours are, in full: browsers guess all of what is told in part."""
    return frames.filter("setparams", colorspace=kind, color_primaries=kind, color_trc=kind)


def _to_standard_range(frames: Any) -> Any:
    """Map HDR to BT.709: screens, JPEG files and embedders after the proxy know nothing else."""
    return (
        frames.filter("zscale", transfer="linear", npl=_REFERENCE_WHITE_NITS)
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", "hable", desat=0)
        .filter("zscale", transfer="bt709", matrix="bt709", range="limited")
    )


def _sound_filters(info: SourceInfo) -> str:
    """Make the sound begin and end with the picture: cut it, or fill up with silence.

    Where sound may change its format on the way, ffmpeg starts these filters anew there. They must
    not fill up from 0 again, so such a source's sound begins and ends where it does.
    """
    to_picture = f"asetpts=PTS-({info.start_s})/TB"
    stereo = "aformat=channel_layouts=mono|stereo"
    if info.may_change:
        return f"{to_picture},aresample=async=1,atrim=start=0,{stereo}"
    end_s = float(info.frame_count / info.fps)
    return f"{to_picture},aresample=async=1:first_pts=0,{stereo},apad,atrim=end={end_s:.6f}"
