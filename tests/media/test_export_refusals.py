"""What cannot be exported is refused by name, and what was exported wrongly is caught."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from heaters.domain.errors import ExternalFailure, NotFound
from heaters.media.export import ExportMismatch, export_clip, verify_export
from heaters.media.proxy import FramesOutOfRange, ProxyReader, ProxyUnusable
from heaters.storage.errors import StorageFull
from tests.support.barcodes import decode_barcodes, write_barcode_video, write_small_proxy


@pytest.fixture
def proxy_path(tmp_path: Path) -> Path:
    return write_small_proxy(tmp_path / "proxy.mp4", Fraction(25))


@pytest.fixture
def proxy(proxy_path: Path) -> Iterator[ProxyReader]:
    with ProxyReader(proxy_path, Fraction(25)) as reader:
        yield reader


@contextmanager
def writes_limited_to(size_bytes: int) -> Iterator[None]:
    """Let the system refuse to make any file of this process larger than that, as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 4), (-1, 5), (0, 121), (120, 121)])
def test_a_range_outside_the_video_is_refused(
    proxy: ProxyReader, tmp_path: Path, start: int, end: int
) -> None:
    with pytest.raises(FramesOutOfRange, match="120 frames"):
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=end)


def test_a_full_disk_leaves_no_file_and_is_worth_a_retry(
    proxy: ProxyReader, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with writes_limited_to(20_000), pytest.raises(StorageFull) as refusal:
        export_clip(proxy, folder / "clip.mp4", start_frame=0, end_frame=120)

    assert refusal.value.heals
    assert list(folder.iterdir()) == []
    export_clip(proxy, folder / "clip.mp4", start_frame=0, end_frame=120)
    assert decode_barcodes(folder / "clip.mp4") == list(range(120))


def test_a_missing_folder_is_named(proxy: ProxyReader, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no-such-folder"):
        export_clip(proxy, tmp_path / "no-such-folder" / "c.mp4", start_frame=0, end_frame=9)


@pytest.mark.parametrize("options", [{}, {"audio": False}], ids=["with sound", "silent"])
def test_a_proxy_that_was_cut_off_gives_no_clip(tmp_path: Path, options: dict[str, Any]) -> None:
    """The index is at the file's beginning, so what is missing shows only when it is read."""
    fps, whole, cut_off = Fraction(25), tmp_path / "whole.mp4", tmp_path / "cut_off.mp4"
    with ProxyReader(write_small_proxy(tmp_path / "proxy.mp4", fps, **options), fps) as proxy:
        export_clip(proxy, whole, start_frame=0, end_frame=120)
    with ProxyReader(whole, fps) as proxy:
        half = proxy.video.index_entries[80]
    cut_off.write_bytes(whole.read_bytes()[: half.pos + half.size // 2])

    with ProxyReader(cut_off, fps) as proxy:
        export_clip(proxy, tmp_path / "early.mp4", start_frame=0, end_frame=40)
        for end in (81, 82, 120):
            with pytest.raises(ProxyUnusable, match="cut off"):
                export_clip(proxy, tmp_path / "late.mp4", start_frame=30, end_frame=end)

    assert decode_barcodes(tmp_path / "early.mp4") == list(range(40))
    assert not (tmp_path / "late.mp4").exists()


def test_a_proxy_of_another_rate_is_refused(proxy_path: Path, tmp_path: Path) -> None:
    with ProxyReader(proxy_path, Fraction(24)) as proxy, pytest.raises(ProxyUnusable):
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=20, end_frame=60)


def test_a_long_gop_file_is_no_proxy(tmp_path: Path) -> None:
    path = write_barcode_video(tmp_path / "gop.mp4", fps=Fraction(25), frame_count=50, gop=25)
    with ProxyReader(path, Fraction(25)) as proxy, pytest.raises(ProxyUnusable, match="key frame"):
        export_clip(proxy, tmp_path / "clip.mp4", start_frame=3, end_frame=50)


@pytest.mark.parametrize("content", [None, b"", b"no video at all" * 100])
def test_what_is_no_video_is_no_proxy(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "proxy.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProxyUnusable, match=r"proxy\.mp4"):
        ProxyReader(path, Fraction(25))


class RemoteFile(io.RawIOBase):
    """A file that is read in requests which are counted, and which may fail."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.bytes_read = 0
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        if self.failure:
            raise self.failure
        count = self._file.readinto(buffer)
        self.bytes_read += count
        return count


def test_a_clip_of_a_remote_proxy_costs_little_more_than_its_own_bytes(tmp_path: Path) -> None:
    fps = Fraction(25)
    path = write_small_proxy(tmp_path / "proxy.mp4", fps, 3000)
    with ProxyReader(path, fps) as proxy:
        export_clip(proxy, tmp_path / "whole.mp4", start_frame=0, end_frame=3000)
    remote = RemoteFile(tmp_path / "whole.mp4")
    with ProxyReader(io.BufferedReader(remote, 1 << 17), fps) as proxy:
        made = export_clip(proxy, tmp_path / "clip.mp4", start_frame=2000, end_frame=2100)
        verify_export(tmp_path / "clip.mp4", proxy, start_frame=2000, end_frame=2100)

    assert decode_barcodes(tmp_path / "clip.mp4") == list(range(2000, 2100))
    assert remote.bytes_read < made.size_bytes + (1 << 19)
    assert remote.bytes_read < (tmp_path / "whole.mp4").stat().st_size / 2


def test_the_failure_of_a_remote_proxy_comes_through_as_it_is(
    proxy_path: Path, tmp_path: Path
) -> None:
    remote = RemoteFile(proxy_path)
    with ProxyReader(io.BufferedReader(remote, 4096), Fraction(25)) as proxy:
        remote.failure = ExternalFailure("the object store is away")
        with pytest.raises(ExternalFailure, match="the object store is away"):
            export_clip(proxy, tmp_path / "clip.mp4", start_frame=50, end_frame=100)

    assert not (tmp_path / "clip.mp4").exists()


@pytest.mark.parametrize(
    ("start", "end"),
    [(31, 60), (29, 60), (30, 59), (30, 61), (31, 61), (29, 59)],
)
def test_a_clip_that_is_one_frame_off_is_caught(
    proxy: ProxyReader, tmp_path: Path, start: int, end: int
) -> None:
    export_clip(proxy, tmp_path / "clip.mp4", start_frame=start, end_frame=end)

    with pytest.raises(ExportMismatch, match=r"not frames \[30, 60\)"):
        verify_export(tmp_path / "clip.mp4", proxy, start_frame=30, end_frame=60)


def test_a_clip_that_was_encoded_again_is_caught(proxy: ProxyReader, tmp_path: Path) -> None:
    write_small_proxy(tmp_path / "again.mp4", Fraction(25), crf=21)

    with pytest.raises(ExportMismatch, match="other bytes"):
        verify_export(tmp_path / "again.mp4", proxy, start_frame=0, end_frame=120)


def test_a_clip_that_lost_its_sound_is_caught(proxy: ProxyReader, tmp_path: Path) -> None:
    write_small_proxy(tmp_path / "silent.mp4", Fraction(25), audio=False)

    with pytest.raises(ExportMismatch, match="0 audio packets"):
        verify_export(tmp_path / "silent.mp4", proxy, start_frame=0, end_frame=120)


def test_a_clip_of_the_wrong_rate_is_caught(proxy: ProxyReader, tmp_path: Path) -> None:
    write_small_proxy(tmp_path / "fast.mp4", Fraction(2501, 100))

    with pytest.raises(ExportMismatch, match="frame 1 is not shown at exactly 1/fps"):
        verify_export(tmp_path / "fast.mp4", proxy, start_frame=0, end_frame=120)


def test_a_clip_whose_end_is_missing_is_caught(proxy: ProxyReader, tmp_path: Path) -> None:
    export_clip(proxy, tmp_path / "clip.mp4", start_frame=30, end_frame=60)
    with (tmp_path / "clip.mp4").open("r+b") as file:
        file.truncate((tmp_path / "clip.mp4").stat().st_size // 2)

    with pytest.raises(ExportMismatch, match="cut off"):
        verify_export(tmp_path / "clip.mp4", proxy, start_frame=30, end_frame=60)


def test_a_missing_export_is_a_mismatch(proxy: ProxyReader, tmp_path: Path) -> None:
    with pytest.raises(ExportMismatch, match="No such file"):
        verify_export(tmp_path / "clip.mp4", proxy, start_frame=30, end_frame=60)
