"""A 1080p proxy of real footage, made once per run with the options that Heaters makes proxies."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import ffmpeg
import imageio_ffmpeg

from heaters.data_packages import locate
from heaters.media.profiles import PROXY

FOOTAGE = "gradio/media_assets/videos/world.mp4"  # 30 s of 480x270 with sound
FPS = Fraction(30_000, 1001)
PROXY_S = 60
PROXY_FRAMES = int(PROXY_S * FPS)


def make_proxy(path: Path) -> Path:
    """Write 60 s of 1080p; grain makes up for what upscaled footage lacks in detail."""
    source = ffmpeg.input(str(locate(FOOTAGE)), stream_loop=1)
    video = (
        source.video.filter("fps", "30000/1001", start_time=0)
        .filter("scale", 1920, 1080, flags="bicubic")
        .filter("noise", alls=4, allf="t")
        .filter("format", "yuv420p")
        .filter("setsar", 1)
    )
    options = PROXY.options(with_sound=True)
    ffmpeg.output(video, source.audio, str(path), t=PROXY_S, **options).run(
        cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True, overwrite_output=True
    )
    return path


def random_clips(count: int) -> list[tuple[int, int]]:
    """Return ranges [start_frame, end_frame) of 2 to 10 s, the same in every run."""
    rng = random.Random(20)
    clips = []
    for _ in range(count):
        length = round(rng.uniform(2, 10) * FPS)
        start = rng.randrange(PROXY_FRAMES - length)
        clips.append((start, start + length))
    return clips
