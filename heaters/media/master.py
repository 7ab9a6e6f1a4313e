"""Which archive copy a source gets: the first that ffmpeg can write, best first."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.ffmpeg import FfmpegFailed, run_ffmpeg
from heaters.media.preprocess_arguments import (
    MASTER_OUTPUT,
    Outputs,
    master_trial_arguments,
    outputs_in,
)
from heaters.media.probe import SourceInfo
from heaters.media.profiles import DOWNLOAD_NORMALIZATION, MASTER, MASTER_LOSSLESS

_TRIAL_FRAMES = 60
_REFUSED = re.compile(
    rf"\[(?:out|[vas]ost|[vas]f)#{MASTER_OUTPUT}[:/]|Error opening output file .*/{MASTER.name}\."
)


def possible_outputs(
    source: Path, info: SourceInfo, out_dir: Path, ffmpeg: Path, cancelled: threading.Event | None
) -> Iterator[Outputs]:
    """Yield outputs whose master's first packets can be written (30 ms a try), best first.

    The last, which keeps nothing but decoded pictures, comes untried.
    """
    *choices, last = _every(out_dir, info)
    for outputs in choices:
        arguments = master_trial_arguments(source, info, outputs, _TRIAL_FRAMES)
        try:
            run_ffmpeg(arguments, ffmpeg=ffmpeg, cancelled=cancelled)
        except FfmpegFailed as error:
            if error.heals:
                raise
            continue
        finally:
            outputs.master.unlink(missing_ok=True)
        yield outputs
    yield last


def _every(out_dir: Path, info: SourceInfo) -> Iterator[Outputs]:
    for sounds in dict.fromkeys((("a?",), info.known_sounds)):
        for profile in (MASTER, DOWNLOAD_NORMALIZATION):
            yield outputs_in(out_dir, info, profile, sounds)
    own = () if info.sound is None else (str(info.sound.index),)
    for sounds in dict.fromkeys((info.known_sounds, own, ())):
        yield outputs_in(out_dir, info, MASTER_LOSSLESS, sounds)


def refuses_master(error: FfmpegFailed) -> bool:
    """Tell whether it was the master that ffmpeg could not write."""
    return any(_REFUSED.search(line) for line in error.stderr_lines)


def master_warnings(outputs: Outputs, info: SourceInfo) -> list[SourceWarning]:
    """Say what the master lacks."""
    if outputs.master_sounds == ("a?",) or info.sound_count <= len(outputs.master_sounds):
        return []
    lost = info.sound_count - len(outputs.master_sounds)
    text = (
        f"{'A sound track' if lost == 1 else f'{lost} sound tracks'} that cannot be copied or"
        " decoded is missing from the master."
    )
    return [SourceWarning(WarningCode.TRACKS_LEFT_OUT, text)]
