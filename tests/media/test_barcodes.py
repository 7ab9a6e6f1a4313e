"""The measuring instrument itself: numbered frames and timed clicks are read back as written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.support.barcodes import (
    UnreadableBarcode,
    click_period_frames,
    decode_barcodes,
    decode_clicks,
    draw_barcode,
    read_barcode,
    write_barcode_video,
)


@pytest.mark.parametrize("number", [0, 1, 4095, 250_000, 2**24 - 1])
@pytest.mark.parametrize("size", [(320, 180), (160, 90), (64, 36), (321, 181), (180, 320)])
def test_a_drawn_number_is_read_back_at_any_size(number: int, size: tuple[int, int]) -> None:
    assert read_barcode(draw_barcode(number, *size)) == number


@pytest.mark.parametrize("size", [(160, 90), (107, 61), (64, 36), (853, 479)])
def test_a_scaled_picture_is_still_readable(size: tuple[int, int]) -> None:
    image = cv2.resize(draw_barcode(123_456, 320, 180), size, interpolation=cv2.INTER_AREA)

    assert read_barcode(image) == 123_456


def test_any_single_wrong_cell_is_noticed() -> None:
    for cell in range(32):
        image = draw_barcode(1234, 320, 180)
        row, column = divmod(cell, 16)
        patch = image[row * 30 : row * 30 + 30, column * 20 : column * 20 + 20]
        patch[:] = 255 - patch
        with pytest.raises(UnreadableBarcode):
            read_barcode(image)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_carries_no_number(level: int) -> None:
    with pytest.raises(UnreadableBarcode):
        read_barcode(np.full((180, 320), level, np.uint8))


def test_two_blended_frames_carry_no_number() -> None:
    blend = draw_barcode(7, 320, 180) // 2 + draw_barcode(8, 320, 180) // 2
    with pytest.raises(UnreadableBarcode):
        read_barcode(blend)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("all_intra.mp4", {"gop": 1}),
        ("b_frames.mp4", {"bframes": 2}),
        ("late.mkv", {"start_s": Fraction(3)}),
        ("odd.mkv", {"width": 319, "height": 181, "pix_fmt": "yuv444p"}),
        ("anamorphic.mp4", {"sar": Fraction(4, 3)}),
        ("variable.mkv", {"durations": [1, 3, 2, 1, 5] * 12}),
        ("silent.mp4", {"audio": False}),
        ("mpeg2.mpg", {"codec": "mpeg2video", "audio": False}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_frame_of_a_written_video_carries_its_number(
    tmp_path: Path, name: str, options: dict
) -> None:
    path = write_barcode_video(tmp_path / name, fps=Fraction(30), frame_count=60, **options)

    assert decode_barcodes(path) == list(range(60))


def test_a_variable_rate_video_shows_each_frame_for_its_own_time(tmp_path: Path) -> None:
    path = write_barcode_video(
        tmp_path / "v.mkv", fps=Fraction(10), frame_count=4, durations=[1, 3, 2, 1], audio=False
    )

    with av.open(str(path)) as container:
        assert [round(10 * frame.time) for frame in container.decode(video=0)] == [0, 1, 4, 6]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_video_is_upright_once_a_player_turns_it(tmp_path: Path, rotation: int) -> None:
    path = write_barcode_video(
        tmp_path / "r.mp4", fps=Fraction(25), frame_count=3, audio=False, rotation=rotation
    )

    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            assert frame.rotation % 360 == rotation
            assert read_barcode(np.rot90(frame.to_ndarray(format="gray"), rotation // 90)) == number


@pytest.mark.parametrize("fps", [Fraction(1, 2), Fraction(30_000, 1001), Fraction(1000)])
def test_clicks_are_heard_when_their_frames_start(tmp_path: Path, fps: Fraction) -> None:
    frame_count = max(8, round(2 * fps))
    path = write_barcode_video(tmp_path / "c.mp4", fps=fps, frame_count=frame_count)

    clicks = decode_clicks(path)

    period_s = float(click_period_frames(fps) / fps)
    assert len(clicks) >= 7
    for click in clicks:
        index = round(click.time_s / period_s)
        assert click.time_s == pytest.approx(index * period_s, abs=0.002)
        assert click.pitch == index % 16
