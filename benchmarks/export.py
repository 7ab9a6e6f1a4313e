"""Export 100 clips of 2 to 10 s at 1080p, against a raw copy of the same bytes and a re-encode.

The export and the raw copy of each clip follow each other, so that a busy machine slows both. A few
clips are encoded again: the rest would take half an hour and change no digit.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import imageio_ffmpeg

from benchmarks.footage import FPS, make_proxy, random_clips
from heaters.domain.time import frame_start_s
from heaters.media.export import export_clip, verify_export
from heaters.media.proxy import ProxyReader

CLIPS = 100
ENCODED_CLIPS = 4
CHUNK_BYTES = 1 << 20


def measure(folder: Path) -> dict[str, float]:
    """Return clips per second of each way, and their ratios."""
    proxy_path = make_proxy(folder / "proxy.mp4")
    out, copy = folder / "clip.mp4", folder / "copy.bin"
    clips = random_clips(CLIPS)
    export_s = verify_s = copy_s = encode_s = 0.0
    size_bytes = 0
    opened = time.perf_counter()
    with ProxyReader(proxy_path, FPS) as proxy:
        export_s += time.perf_counter() - opened
        for start, end in clips:
            began = time.perf_counter()
            made = export_clip(proxy, out, start_frame=start, end_frame=end)
            exported = time.perf_counter()
            verify_export(out, proxy, start_frame=start, end_frame=end)
            verified = time.perf_counter()
            last_start = proxy_path.stat().st_size - made.size_bytes
            first_byte = min(proxy.video.index_entries[start].pos, last_start)
            copying = time.perf_counter()
            copy_bytes(proxy_path, copy, first_byte, made.size_bytes)
            copied = time.perf_counter()
            export_s += exported - began
            verify_s += verified - exported
            copy_s += copied - copying
            size_bytes += made.size_bytes
            out.unlink()
            copy.unlink()
    for start, end in clips[:ENCODED_CLIPS]:
        began = time.perf_counter()
        encode(proxy_path, out, start, end)
        encode_s += time.perf_counter() - began
    encoded_frames = sum(end - start for start, end in clips[:ENCODED_CLIPS])
    all_frames = sum(end - start for start, end in clips)
    encode_s *= all_frames / encoded_frames
    return {
        "clips": CLIPS,
        "mean_clip_megabytes": round(size_bytes / CLIPS / 1e6, 2),
        "export_clips_per_s": round(CLIPS / export_s, 1),
        "raw_copy_clips_per_s": round(CLIPS / copy_s, 1),
        "encode_clips_per_s": round(CLIPS / encode_s, 4),
        "verify_ms_per_clip": round(1000 * verify_s / CLIPS, 1),
        "export_over_raw_copy": round(copy_s / export_s, 2),
        "export_over_encode": round(encode_s / export_s),
        "verified_export_over_encode": round(encode_s / (export_s + verify_s)),
    }


def copy_bytes(source: Path, target: Path, first_byte: int, count: int) -> None:
    """Read ``count`` bytes and write them to a new file."""
    with source.open("rb") as reader, target.open("wb") as writer:
        reader.seek(first_byte)
        for done in range(0, count, CHUNK_BYTES):
            writer.write(reader.read(min(CHUNK_BYTES, count - done)))


def encode(proxy: Path, out: Path, start_frame: int, end_frame: int) -> None:
    """Cut the clip by encoding it again, as one does where the proxy is not all-intra."""
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"),
            *("-ss", f"{float(frame_start_s(start_frame, FPS)):.6f}", "-i", str(proxy)),
            *("-frames:v", str(end_frame - start_frame)),
            *("-t", f"{float((end_frame - start_frame) / FPS):.6f}"),
            *("-c:v", "libx264", "-preset", "medium", "-crf", "20", "-c:a", "aac", str(out)),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
