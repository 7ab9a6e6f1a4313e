"""Take three keyframes a clip from a 1080p proxy, against three ffmpeg processes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import imageio_ffmpeg

from benchmarks.footage import FPS, make_proxy, random_clips
from heaters.domain.keyframes import KeyframeStrategy, keyframe_frames
from heaters.domain.time import frame_start_s
from heaters.media.keyframes import extract_keyframes, write_jpeg
from heaters.media.profiles import KEYFRAME_EXTRACTION
from heaters.media.proxy import ProxyReader

CLIPS = 20


def measure(folder: Path) -> dict[str, float]:
    """Return milliseconds per clip of each way; they take turns clip by clip."""
    proxy_path = make_proxy(folder / "proxy.mp4")
    decode_s = write_s = reopened_s = processes_s = 0.0
    with ProxyReader(proxy_path, FPS) as proxy:
        for start, end in random_clips(CLIPS):
            frames = keyframe_frames(KeyframeStrategy.MULTI, start, end)
            began = time.perf_counter()
            images = extract_keyframes(proxy, frames)
            decoded = time.perf_counter()
            for frame, image in zip(frames, images, strict=True):
                write_jpeg(image, folder / f"{frame}.jpg", KEYFRAME_EXTRACTION)
            written = time.perf_counter()
            with ProxyReader(proxy_path, FPS) as reopened:
                extract_keyframes(reopened, frames)
            again = time.perf_counter()
            for frame in frames:
                extract_with_process(proxy_path, frame)
            decode_s += decoded - began
            write_s += written - decoded
            reopened_s += again - written
            processes_s += time.perf_counter() - again
    return {
        "clips": CLIPS,
        "three_keyframes_ms": round(1000 * decode_s / CLIPS, 1),
        "opening_the_proxy_each_time_ms": round(1000 * reopened_s / CLIPS, 1),
        "writing_three_jpegs_ms": round(1000 * write_s / CLIPS, 1),
        "three_ffmpeg_processes_ms": round(1000 * processes_s / CLIPS, 1),
        "processes_over_keyframes": round(processes_s / decode_s, 1),
    }


def extract_with_process(proxy: Path, frame: int) -> bytes:
    """Decode one frame to RGB with an ffmpeg process of its own."""
    return subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"),
            *("-ss", f"{float(frame_start_s(frame, FPS)):.6f}", "-i", str(proxy)),
            *("-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ).stdout
