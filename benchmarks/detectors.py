"""Scene cuts on labelled videos: ours, against PySceneDetect's and TransNetV2's own.

The videos, and the rule by which cuts are matched, are in ``tests/support/labelled.py``; the films
are made from another seed than those that constants were chosen on. Ours read the small frames of
the preprocess step; the others read the whole files. TransNetV2's own is its published procedure
(48 x 27 pixels by ffmpeg's default filter, threshold, scene starts) on our ONNX graph of it,
whose answers docs/adr/0006-models-from-packages.md compares with those of torch.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import scenedetect

from heaters.media.detectors import detect, detector_names
from heaters.media.detectors.transnetv2 import TransNetV2
from heaters.onnx_models.store import open_shipped
from heaters.onnx_models.transnetv2 import MODEL
from tests.support.labelled import (
    JOINS,
    CutScore,
    Labelled,
    music_video,
    read_frames,
    real_footage,
    score_cuts,
    write_film,
)

SEED = 1
SHOTS = dict.fromkeys(JOINS, 24) | {"short scenes": 48}

Finder = Callable[[Labelled], tuple[list[int], float]]
"""Returns the cuts of a video and the seconds that finding them took."""


def ours(name: str, model_cache: Path, video: Labelled) -> tuple[list[int], float]:
    """Return our detector's cuts; the small frames are there already."""
    frames = read_frames(video.path, 64, 36)
    began = time.perf_counter()
    detection = detect(name, frames, Fraction(25), model_cache=model_cache)
    return list(detection.cuts), time.perf_counter() - began


def pyscenedetects_own(
    detector: type[scenedetect.SceneDetector], video: Labelled
) -> tuple[list[int], float]:
    """Return the cuts of ``scenedetect.detect`` with the detector's defaults, on the file."""
    began = time.perf_counter()
    scenes = scenedetect.detect(str(video.path), detector())
    return [start.frame_num for start, _ in scenes[1:]], time.perf_counter() - began


def transnetv2s_own(model_cache: Path, video: Labelled) -> tuple[list[int], float]:
    """Return the starts of the scenes that TransNetV2's ``predictions_to_scenes`` makes."""
    began = time.perf_counter()
    scorer = TransNetV2().scorer(Fraction(25), model_cache)
    for frame in read_frames(video.path, 48, 27, flags=""):
        scorer.push(frame)
    ends_before = np.append(scorer.finish() > 0.5, False)
    cuts = np.flatnonzero(ends_before[:-1] & ~ends_before[1:]).tolist()
    return cuts, time.perf_counter() - began


def measure(folder: Path) -> dict[str, object]:
    """Return F1, precision and recall of every detector, by kind of video and on all."""
    model_cache = folder / "models"
    open_shipped(MODEL, model_cache)  # built once, and not on anybody's time
    finders: dict[str, Finder] = {
        name: partial(ours, name, model_cache) for name in detector_names()
    }
    finders["PySceneDetect's own adaptive"] = partial(
        pyscenedetects_own, scenedetect.AdaptiveDetector
    )
    finders["PySceneDetect's own content"] = partial(
        pyscenedetects_own, scenedetect.ContentDetector
    )
    finders["TransNetV2's own"] = partial(transnetv2s_own, model_cache)
    videos = {
        "real": real_footage(),
        "music video": [music_video()],
        **{name: [write_film(folder, name, SHOTS[name], SEED)] for name in JOINS},
    }
    frame_counts = {
        kind: sum(len(read_frames(video.path, 16, 16)) for video in those)
        for kind, those in videos.items()
    }
    report: dict[str, object] = {}
    for finder_name, find in finders.items():
        scores: dict[str, CutScore] = defaultdict(CutScore)
        spent_s = 0.0
        for kind, those in videos.items():
            for video in those:
                cuts, took_s = find(video)
                spent_s += took_s
                scores[kind] += score_cuts(cuts, video.transitions)
        scores["all"] = sum(scores.values(), CutScore())
        speed = sum(frame_counts.values()) / spent_s
        report[finder_name] = {
            "frames_per_s": round(speed),
            **{kind: _figures(score) for kind, score in scores.items()},
        }
    transitions = {kind: sum(len(v.transitions) for v in those) for kind, those in videos.items()}
    return {"frames": frame_counts, "transitions": transitions, "detectors": report}


def _figures(score: CutScore) -> dict[str, float]:
    return {
        "f1": round(score.f1, 3),
        "precision": round(score.precision, 3),
        "recall": round(score.recall, 3),
        "wrong": score.wrong,
        "missed": score.missed,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        json.dump(measure(Path(temporary)), sys.stdout, indent=2)
        print()
