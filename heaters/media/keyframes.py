"""Still pictures from a proxy: exact frames, decoded alone, and their JPEG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter
from PIL import Image

from heaters.media.profiles import ImageProfile
from heaters.media.proxy import ProxyReader, ProxyUnusable
from heaters.storage.disk import disk_errors


def extract_keyframes(proxy: ProxyReader, frames: Sequence[int]) -> list[np.ndarray]:
    """Decode single frames of a proxy, in the order asked for; nothing else is decoded.

    Colours are converted as ffmpeg does: by the matrix and range that the stream names, BT.601
    limited where it names none.

    Returns:
        RGB pictures, uint8 of shape (height, width, 3).

    Raises:
        FramesOutOfRange: the proxy does not have a frame.
        ProxyUnusable: a frame cannot be read or decoded.
    """
    decoder, converter = proxy.video.codec_context, VideoReformatter()
    images: list[np.ndarray] = []
    for number in frames:
        packet = proxy.packet(number)
        try:
            # A decoder that holds frames back to reorder them gives this one up when it is drained;
            # the seek to the next one makes it ready again.
            frame, *_ = [*decoder.decode(packet), *decoder.decode(None)]
        except (FFmpegError, ValueError) as error:
            raise ProxyUnusable(f"cannot decode frame {number} of {proxy.name}") from error
        images.append(converter.reformat(frame, format="rgb24").to_ndarray())
    return images


def write_jpeg(image: np.ndarray, path: Path, profile: ImageProfile) -> None:
    """Write an RGB picture, uint8 of shape (height, width, 3), as JPEG, scaled down if too large.

    Raises:
        StorageFull, InvalidConfiguration, NotFound, ExternalFailure: the file cannot be written.
    """
    picture = Image.fromarray(image)
    if profile.max_side_px is not None:
        picture.thumbnail((profile.max_side_px, profile.max_side_px), Image.Resampling.LANCZOS)
    with disk_errors(path.parent):
        picture.save(path, "JPEG", quality=profile.quality)
