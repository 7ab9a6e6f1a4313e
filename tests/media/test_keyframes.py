"""Keyframes are exactly the frames asked for, in right colours; their files fit their profile."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from heaters.domain.errors import NotFound
from heaters.media.export import export_clip
from heaters.media.keyframes import extract_keyframes, write_jpeg
from heaters.media.profiles import KEYFRAME_EXTRACTION, SINGLE_FRAME, ImageProfile
from heaters.media.proxy import FramesOutOfRange, ProxyReader, ProxyUnusable
from tests.support.barcodes import decode_barcodes, draw_barcode, read_barcode, write_barcode_video

FPS = Fraction(30_000, 1001)


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[ProxyReader]:
    path = write_barcode_video(tmp_path / "proxy.mp4", fps=FPS, frame_count=90, gop=1)
    with ProxyReader(path, FPS) as reader:
        yield reader


def test_keyframes_are_exactly_the_frames_asked_for_in_that_order(proxy: ProxyReader) -> None:
    frames = [0, 89, 45, 45, *random.Random(1).sample(range(90), 40)]

    images = extract_keyframes(proxy, frames)

    assert [read_barcode(image) for image in images] == frames
    assert {(image.shape, image.dtype) for image in images} == {((180, 320, 3), np.dtype("uint8"))}


def test_one_reader_serves_exports_and_keyframes_in_turn(
    proxy: ProxyReader, tmp_path: Path
) -> None:
    for start in (60, 3, 30):
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=start + 20)
        (image,) = extract_keyframes(proxy, [start + 10])

        assert decode_barcodes(tmp_path / "clip.mp4") == list(range(start, start + 20))
        assert read_barcode(image) == start + 10


@pytest.mark.parametrize("bt709", [True, False], ids=["BT.709", "BT.601"])
def test_colours_are_those_that_were_drawn_and_those_that_ffmpeg_shows(
    tmp_path: Path, bt709: bool
) -> None:
    path = write_barcode_video(
        tmp_path / "proxy.mp4", fps=FPS, frame_count=2, gop=1, crf=8, bt709=bt709
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-frames:v", "1"]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True
    ).stdout
    shown = np.frombuffer(raw, np.uint8).reshape(180, 320, 3).astype(int)

    with ProxyReader(path, FPS) as proxy:
        (image,) = extract_keyframes(proxy, [0])

    assert np.abs(image.astype(int) - shown).max() <= 2
    # Chroma is subsampled, so the borders of the bars differ from the drawing; their insides don't.
    assert np.median(np.abs(image.astype(int) - draw_barcode(0, 320, 180))) <= 3


@pytest.mark.parametrize("frame", [-1, 90])
def test_a_frame_outside_the_video_is_refused(proxy: ProxyReader, frame: int) -> None:
    with pytest.raises(FramesOutOfRange, match=f"no frame {frame}"):
        extract_keyframes(proxy, [frame])


def test_a_frame_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    path = write_barcode_video(tmp_path / "proxy.mp4", fps=FPS, frame_count=9, gop=1, audio=False)
    with ProxyReader(path, FPS) as proxy:
        spoilt = proxy.video.index_entries[4]
    data = bytearray(path.read_bytes())
    data[spoilt.pos : spoilt.pos + spoilt.size] = bytes(spoilt.size)
    path.write_bytes(data)

    with ProxyReader(path, FPS) as proxy:
        with pytest.raises(ProxyUnusable, match="frame 4"):
            extract_keyframes(proxy, [3, 4])
        assert read_barcode(extract_keyframes(proxy, [5])[0]) == 5


@pytest.mark.parametrize(
    ("shape", "profile", "size"),
    [
        ((180, 320, 3), SINGLE_FRAME, (320, 180)),
        ((1080, 1920, 3), SINGLE_FRAME, (640, 360)),
        ((1920, 1080, 3), SINGLE_FRAME, (360, 640)),
        ((1080, 1920, 3), KEYFRAME_EXTRACTION, (1920, 1080)),
    ],
)
def test_a_picture_is_scaled_down_to_its_profile_and_never_up(
    tmp_path: Path, shape: tuple[int, int, int], profile: ImageProfile, size: tuple[int, int]
) -> None:
    write_jpeg(draw_barcode(77, shape[1], shape[0]), tmp_path / "image.jpg", profile)

    with Image.open(tmp_path / "image.jpg") as written:
        assert (written.format, written.size) == ("JPEG", size)
        assert read_barcode(np.asarray(written.convert("RGB"))) == 77


def test_a_better_profile_keeps_more_of_the_picture(tmp_path: Path) -> None:
    image = np.random.default_rng(1).integers(0, 256, (180, 320, 3), dtype=np.uint8)
    for quality in (50, 95):
        write_jpeg(image, tmp_path / f"{quality}.jpg", ImageProfile("test", quality, None))

    assert (tmp_path / "50.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size / 2


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        write_jpeg(draw_barcode(1, 64, 36), tmp_path / "nowhere" / "i.jpg", SINGLE_FRAME)
