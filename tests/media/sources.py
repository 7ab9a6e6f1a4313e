"""Sources of all kinds, made from one barcode video, and files that are no video."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from heaters.media.ffmpeg import find_ffmpeg
from heaters.media.limits import MediaLimits
from heaters.media.preprocess import Preprocessed, preprocess
from heaters.media.probe import probe
from tests.support.barcodes import write_barcode_video

FPS = Fraction(25)
FRAMES = 50


def make(*arguments: str | Path) -> None:
    """Run the packaged ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(source: Path, *, limits: MediaLimits | None = None, **options: Any) -> Preprocessed:
    """Preprocess ``source`` into a new folder ``out`` beside it."""
    folder = source.parent / "out"
    folder.mkdir()
    return preprocess(source, folder, probe(source, limits=limits), ffmpeg=find_ffmpeg(), **options)


def base_video(folder: Path) -> Path:
    """Write what the others are made of: ``FRAMES`` frames, H.264 with B-frames, AAC, Matroska."""
    return write_barcode_video(
        folder / "base.mkv", fps=FPS, frame_count=FRAMES, gop=12, bframes=2, crf=12
    )


@dataclass(frozen=True)
class Kind:
    """A kind of source: its file name and the ffmpeg options that make it from ``base_video``.

    ``picture_late_s`` is how much later than its sound the container can only show the picture.
    """

    file: str
    options: str
    picture_late_s: Fraction = Fraction(0)

    @property
    def has_sound(self) -> bool:
        return "-an" not in self.options.split()

    def write(self, base: Path, folder: Path) -> Path:
        path = folder / self.file
        make("-i", base, *self.options.split(), f"file:{path}")
        return path


KINDS = (
    Kind("vp9-opus.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 20 -c:a libopus"),
    Kind("av1.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime -crf 20 -b:v 0 -c:a copy"),
    Kind("hevc-10-bit.mkv", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le"),
    Kind("mpeg2-program-stream.mpg", "-c:v mpeg2video -q:v 2 -bf 2 -c:a mp2"),
    Kind("mpeg2-transport-stream.ts", "-c:v mpeg2video -q:v 2 -bf 2 -c:a mp2"),
    Kind("h264.ts", "-c copy"),
    Kind("fragmented.mp4", "-c copy -movflags frag_keyframe+empty_moov"),
    Kind("mjpeg-full-range.avi", "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p -c:a pcm_s16le"),
    Kind("mpeg4-b-frames.avi", "-c:v mpeg4 -q:v 2 -bf 2 -c:a pcm_s16le", picture_late_s=1 / FPS),
    Kind("timecode-track.mov", "-c:v libx264 -timecode 01:00:00:00 -c:a pcm_s16le"),
    Kind("prores.mov", "-c:v prores_ks -c:a pcm_s24le"),
    Kind("surround.mkv", "-c:v copy -c:a ac3 -ac 6"),
    Kind("elementary.h264", "-an -c:v copy"),
    Kind("raw.y4m", "-an -pix_fmt yuv420p"),
    Kind("alpha.mov", "-an -c:v qtrle -pix_fmt argb"),
    Kind("gray.mkv", "-an -c:v ffv1 -pix_fmt gray"),
    Kind("rgb.mkv", "-c:v libx264rgb -qp 0 -c:a flac"),
    Kind("yuv444-12-bit.mkv", "-c:v ffv1 -pix_fmt yuv444p12le -c:a copy"),
    Kind("palette.gif", "-an -filter_complex split[a][b];[a]palettegen[p];[b][p]paletteuse"),
    Kind("windows-media.wmv", "-c:v wmv2 -q:v 2 -c:a wmav2"),
    Kind("flash.flv", "-c:v flv1 -q:v 2 -c:a mp3 -ar 44100"),
    Kind("theora.ogv", "-c:v libtheora -q:v 9 -c:a libvorbis"),
    Kind("interlaced.mp4", "-c:v libx264 -flags +ildct+ilme -x264-params tff=1 -c:a copy"),
    Kind("-leading dash, 'single' \"double\" %d [0:v] é 影.mkv", "-c copy"),
    Kind("two\nlines.mkv", "-c copy"),
)


def truncate(source: Path, path: Path, share: float) -> Path:
    """Write the first ``share`` of a file's bytes."""
    content = source.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def rename_sample_entry(path: Path, kind: bytes) -> None:
    """Give the last track of a kind in an MP4 file a kind that no one knows."""
    before, after = path.read_bytes().rsplit(kind, 1)
    path.write_bytes(before + b"zzzz" + after)


def _sound_with_cover(base: Path, path: Path) -> None:
    cover = path.with_suffix(".jpg")
    make("-i", base, "-frames:v", "1", cover)
    attached = ["-map", "0:a", "-map", "1", "-disposition:v", "attached_pic"]
    make("-i", base, "-i", cover, *attached, "-c:v", "copy", path)


def _header_cut_off(base: Path, path: Path) -> None:
    whole = path.with_name(f"whole-{path.name}")
    make("-i", base, "-c", "copy", whole)
    truncate(whole, path, 0.9)


def _pictures_erased(base: Path, path: Path) -> None:
    make("-i", base, "-an", "-c", "copy", "-movflags", "+faststart", path)
    content = path.read_bytes()
    first = content.index(b"mdat") + 4
    path.write_bytes(content[:first] + bytes(len(content) - first))


def _of_an_unknown_kind(base: Path, path: Path) -> None:
    make("-i", base, "-c", "copy", path)
    rename_sample_entry(path, b"avc1")


def _of_four_bits(base: Path, path: Path) -> None:
    make("-i", base, "-an", "-c:v", "rawvideo", "-pix_fmt", "bgr4", path)


def _playlist(base: Path, path: Path) -> None:
    path.write_text(f"ffconcat version 1.0\nfile '{base}'\n")


@dataclass(frozen=True)
class NotAVideo:
    """A file that is to be refused: how it is made, and what the refusal says."""

    file: str
    write: Callable[[Path, Path], object]
    reason: str


NOT_VIDEOS = (
    NotAVideo("sound.mp3", lambda base, path: make("-i", base, "-vn", path), "sound only"),
    NotAVideo("sound.wav", lambda base, path: make("-i", base, "-vn", path), "sound only"),
    NotAVideo("sound.mp4", lambda base, path: make("-i", base, "-vn", path), "sound only"),
    NotAVideo("cover.m4a", _sound_with_cover, "sound only"),
    NotAVideo("empty.mp4", lambda _, path: path.touch(), "empty"),
    NotAVideo("noise.mp4", lambda _, path: path.write_bytes(bytes(range(256)) * 99), "not a video"),
    NotAVideo("page.mp4", lambda _, path: path.write_text("<html>Not found"), "not a video"),
    NotAVideo("notes.txt", lambda _, path: path.write_text("hello\n" * 100), "not a video"),
    NotAVideo("picture.png", lambda base, path: make("-i", base, "-frames:v", "1", path), "not a"),
    NotAVideo("playlist.ffconcat", _playlist, "not a video"),
    NotAVideo("no-index.mp4", _header_cut_off, "cut off"),
    NotAVideo("erased.mp4", _pictures_erased, "no picture"),
    NotAVideo("four-bits.nut", _of_four_bits, "stored as bgr4, which cannot be converted"),
    NotAVideo("unknown.mp4", _of_an_unknown_kind, "of a kind that Heaters has no decoder for"),
)
