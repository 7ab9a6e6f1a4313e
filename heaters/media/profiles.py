"""Every way in which Heaters encodes, as data; ``preprocess_arguments`` makes commands of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FfmpegOptions = dict[str, str | int | None]
"""ffmpeg's output options without their dash; None where an option takes no value."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one file is encoded.

    Attributes:
        name: what the file is to a video.
        suffix: of the file, which decides its container; None where that is the source's own.
        video: options of its video.
        sound: options of its sound.
        file: options of the file as a whole.
    """

    name: str
    suffix: str | None
    video: FfmpegOptions
    sound: FfmpegOptions
    file: FfmpegOptions

    def options(self, *, with_sound: bool) -> FfmpegOptions:
        """Return the options of one ffmpeg output, which has sound or has none."""
        return self.video | (self.sound if with_sound else {}) | self.file


PROXY: Final = Profile(
    "proxy",
    ".mp4",
    # All-intra, so that any frame is decoded alone and any range is exported by copying packets.
    # Slower presets give the same size and a little more quality for half the speed.
    video={"c:v": "libx264", "preset": "veryfast", "crf": 20, "g": 1, "bf": 0},
    sound={"c:a": "aac", "b:a": "192k"},
    file={"movflags": "+faststart", "map_metadata": -1, "map_chapters": -1},
)
"""What reviewers watch and clips are cut from: constant rate, upright, square pixels, 8 bit."""

ANALYSIS: Final = Profile(
    "analysis",
    ".mp4",
    # Lossless BGR (docs/adr/0004-one-decode.md has what else was measured).
    video={"c:v": "libx264rgb", "preset": "ultrafast", "qp": 0, "g": 250},
    sound={},
    file={"map_metadata": -1, "map_chapters": -1},
)
"""The proxy's frames at ``ANALYSIS_SIZE``, which detectors read."""

ANALYSIS_SIZE: Final = (64, 36)
"""Width and height in pixels, whatever the video's shape: detectors compare frames, not shapes."""

_COPY: Final[FfmpegOptions] = {"c:v": "copy", "copyinkf": None}

MASTER: Final = Profile(
    "master",
    None,
    video=_COPY,
    sound={"c:a": "copy"},
    file={"c:s": "copy"},
)
"""The archive copy: the source's packets, bit by bit, in a container of its own kind."""

DOWNLOAD_NORMALIZATION: Final = Profile(
    "master",
    ".mkv",
    video=_COPY,
    sound={"c:a": "copy"},
    file={},
)
"""The same packets in Matroska: for a source whose own kind of container cannot be written."""

MASTER_LOSSLESS: Final = Profile(
    "master",
    ".mkv",
    video={"c:v": "ffv1", "level": 3, "g": 1, "slices": 4, "slicecrc": 1},
    sound={"c:a": "flac"},
    file={},
)
"""The source's decoded frames and samples: for a source whose packets no container takes."""


@dataclass(frozen=True, slots=True)
class ImageProfile:
    """How one frame becomes a JPEG file.

    Attributes:
        name: what the picture is for.
        quality: of JPEG, 1 to 100.
        max_side_px: the longer side is scaled down to this; None keeps the proxy's size.
    """

    name: str
    quality: int
    max_side_px: int | None


KEYFRAME_EXTRACTION: Final = ImageProfile("keyframe_extraction", quality=92, max_side_px=None)
"""The frames that stand for a clip: what embedders see."""

SINGLE_FRAME: Final = ImageProfile("single_frame", quality=85, max_side_px=640)
"""The frame that stands for a video in lists."""
