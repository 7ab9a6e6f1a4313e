"""Turn a source into what Heaters works with: one decode, three files, and a proof."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from heaters.domain.errors import HeatersError, InvalidInput
from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.analysis import AnalysisUnusable, count_analysis_frames
from heaters.media.complaints import Complaints
from heaters.media.ffmpeg import FfmpegFailed, run_ffmpeg
from heaters.media.master import master_warnings, possible_outputs, refuses_master
from heaters.media.picture_filters import proxy_size, size_warnings
from heaters.media.preprocess_arguments import Outputs, preprocess_arguments
from heaters.media.probe import SourceInfo
from heaters.media.proxy import ProxyUnusable, time_base

_TELLS_OF_MISSING = {
    WarningCode.BEGINNING_LEFT_OUT,
    WarningCode.CODEC_CHANGES,
    WarningCode.ENDS_EARLY,
    WarningCode.PICTURES_BROKEN,
}
_FAILURES = (FfmpegFailed, AnalysisUnusable, ProxyUnusable)
_NO_MEMORY = "Cannot allocate memory"


class SourceUnusable(InvalidInput):
    """A source that could be probed cannot be prepared in any way.

    Attributes:
        detail: what ffmpeg said of the last way.
    """

    def __init__(self, name: str, cause: HeatersError) -> None:
        detail = cause.detail or str(cause)
        what = "is damaged too badly to be prepared"
        if _NO_MEMORY in detail:
            what = "needs too much memory, or is damaged too badly to be prepared"
        super().__init__(
            f"{name} {what}: get it again, or convert it with a program that plays it",
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """What preprocessing made.

    Attributes:
        proxy_path: all-intra MP4 for review and export.
        master_path: the archive copy.
        analysis_path: the proxy's frames in small, see ``read_analysis``.
        fps: the proxy's exact rate.
        frame_count: frames of the proxy; frame i is shown during [i/fps, (i+1)/fps).
        width: of the proxy in pixels, even.
        height: of the proxy in pixels, even.
        has_audio: whether the proxy has sound.
        warnings: what could not be kept of the source.
    """

    proxy_path: Path
    master_path: Path
    analysis_path: Path
    fps: Fraction
    frame_count: int
    width: int
    height: int
    has_audio: bool
    warnings: tuple[SourceWarning, ...]


def preprocess(
    source: Path,
    out_dir: Path,
    info: SourceInfo,
    *,
    ffmpeg: Path,
    max_height: int | None = None,
    on_progress: Callable[[float], None] | None = None,
    cancelled: threading.Event | None = None,
) -> Preprocessed:
    """Decode ``source`` once and write proxy, master and small frames into ``out_dir``.

    Where ffmpeg fails, it tries other masters, and does without the sound. Whatever goes wrong,
    none of the three files is left behind.

    Args:
        source: the file that ``info`` was probed from.
        out_dir: an existing folder with room for about 170 MB per minute of 1080p plus the source.
        info: what ``probe`` said.
        ffmpeg: the program, see ``find_ffmpeg``.
        max_height: the proxy's greatest height in pixels; None keeps the source's.
        on_progress: called about twice a second with a fraction from 0 to 1.
        cancelled: once set, the work stops.

    Raises:
        DiskFull, FfmpegLost: a second try may succeed.
        SourceUnusable: it cannot be decoded, or not into what was asked for.
        Cancelled: ``cancelled`` was set.
    """
    failure: HeatersError | None = None
    for used in (info, _without_sound(info)) if info.sound else (info,):
        for outputs in possible_outputs(source, used, out_dir, ffmpeg, cancelled):
            complaints = Complaints()
            try:
                errors = run_ffmpeg(
                    preprocess_arguments(source, used, outputs, max_height),
                    ffmpeg=ffmpeg,
                    total_frames=used.timing.frame_count,
                    on_progress=on_progress,
                    on_message=complaints.hear,
                    cancelled=cancelled,
                )
                frame_count = count_analysis_frames(outputs.analysis)
                verify_proxy(outputs.proxy, fps=used.timing.fps, frame_count=frame_count)
            except BaseException as error:
                for path in (outputs.proxy, outputs.analysis, outputs.master):
                    path.unlink(missing_ok=True)
                if not isinstance(error, _FAILURES) or error.heals:
                    raise
                failure = error
            else:
                warnings = [*used.warnings, *size_warnings(used.picture, max_height)]
                if all(warning.code != WarningCode.CODEC_CHANGES for warning in warnings):
                    warnings += complaints.warnings(used.picture, errors)
                warnings += master_warnings(outputs, used)
                warnings += _missing(used, frame_count, warnings)
                return _made(outputs, used, frame_count, max_height, tuple(warnings))
            if used.sound and not (isinstance(failure, FfmpegFailed) and refuses_master(failure)):
                break  # first without the sound; other masters come after that
    assert failure is not None
    raise SourceUnusable(info.name, failure)


def _without_sound(info: SourceInfo) -> SourceInfo:
    text = "The sound cannot be converted and is left out."
    warning = SourceWarning(WarningCode.SOUND_LEFT_OUT, text)
    return replace(info, sound=None, warnings=(*info.warnings, warning))


def _missing(
    info: SourceInfo, frame_count: int, warnings: Sequence[SourceWarning]
) -> list[SourceWarning]:
    """Say that frames are missing, whatever the reason, unless another warning tells of it.

    One is not told: where the last picture ends is a matter of rounding.
    """
    missing = info.timing.frame_count - frame_count
    if missing <= 1 or any(warning.code in _TELLS_OF_MISSING for warning in warnings):
        return []
    text = (
        f"{missing} of {info.timing.frame_count} frames are missing: their pictures cannot be"
        " decoded, or nothing says when to show them."
    )
    return [SourceWarning(WarningCode.PICTURES_LEFT_OUT, text)]


def _made(
    outputs: Outputs,
    info: SourceInfo,
    frame_count: int,
    max_height: int | None,
    warnings: tuple[SourceWarning, ...],
) -> Preprocessed:
    width, height = proxy_size(info.picture, max_height)
    return Preprocessed(
        outputs.proxy,
        outputs.master,
        outputs.analysis,
        info.timing.fps,
        frame_count,
        width,
        height,
        info.sound is not None,
        warnings,
    )


def verify_proxy(path: Path, *, fps: Fraction, frame_count: int) -> None:
    """Check by its packets that a proxy is what export and player rely on.

    Raises:
        ProxyUnusable: a packet is no key frame, is not shown at exactly i/fps from 0, is missing or
            is one too many.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            tick = time_base(stream) * fps
            frame = 0
            for packet in container.demux(stream):
                if not packet.size:
                    continue
                if not packet.is_keyframe or packet.is_corrupt:
                    raise ProxyUnusable(f"frame {frame} of {path.name} is no whole key frame")
                if packet.pts is None or packet.pts * tick != frame:
                    raise ProxyUnusable(f"frame {frame} of {path.name} is not at {frame}/{fps} s")
                frame += 1
    except (FFmpegError, IndexError) as error:
        raise ProxyUnusable(f"{path.name} cannot be read: {error}") from error
    if frame != frame_count or frame == 0:
        raise ProxyUnusable(f"{path.name} has {frame} frames, the analysis {frame_count}")
