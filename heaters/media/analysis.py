"""Read the small frames that preprocessing leaves for the detectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from heaters.domain.errors import HeatersError


class AnalysisUnusable(HeatersError):
    """A file of small frames is missing, or not whole."""


def count_analysis_frames(path: Path) -> int:
    """Return how many frames the file's index names: as many as the proxy has.

    Raises:
        AnalysisUnusable: the file is not whole.
    """
    try:
        with av.open(str(path)) as container:
            return container.streams.video[0].frames
    except (FFmpegError, IndexError) as error:
        raise AnalysisUnusable(f"cannot read {path}: preprocess the video again") from error


def read_analysis(path: Path) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the small frames in order: BGR, uint8, shape (36, 64, 3), each with memory of its own.

    Raises:
        AnalysisUnusable: the file is not whole.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1  # the frames are too small to share
            for frame in container.decode(stream):
                # Stored as planes; PyAV stacks them as RGB without a conversion.
                yield np.ascontiguousarray(frame.to_ndarray()[:, :, ::-1], dtype=np.uint8)
    except (FFmpegError, IndexError) as error:
        raise AnalysisUnusable(f"cannot read {path}: preprocess the video again") from error
