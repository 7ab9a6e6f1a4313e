"""Models built from shipped weights: right answers, built once, whole or not at all."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest

from heaters.domain.errors import InvalidConfiguration
from heaters.onnx_models import efficientnet_lite0, transnetv2
from heaters.onnx_models.store import WrongModel, open_shipped, reference_images

MODEL = efficientnet_lite0.MODEL


@pytest.mark.parametrize("model", [MODEL, transnetv2.MODEL], ids=lambda model: model.name)
def test_a_built_model_answers_as_the_torch_code_of_its_package_does(model, model_cache):
    session = open_shipped(model, model_cache)
    images = reference_images(model.reference_shape)
    for name, expected in model.reference.items():
        (answer,) = session.run([name], {"images": images})
        np.testing.assert_allclose(answer.ravel()[:: model.reference_step], expected, atol=2e-4)


def test_efficientnet_answers_the_same_for_an_image_alone_and_among_others(model_cache):
    session = open_shipped(MODEL, model_cache)
    images = reference_images((3, 224, 224, 3))
    (together,) = session.run(None, {"images": images})
    (alone,) = session.run(None, {"images": images[1:2]})
    np.testing.assert_allclose(together[1], alone[0], atol=1e-4)


def test_a_model_is_built_once(tmp_path):
    open_shipped(MODEL, tmp_path)
    (path,) = tmp_path.iterdir()
    built_ns = path.stat().st_mtime_ns
    open_shipped(MODEL, tmp_path)
    assert [(p, p.stat().st_mtime_ns) for p in tmp_path.iterdir()] == [(path, built_ns)]


def test_threads_that_build_at_once_leave_one_whole_file(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        sessions = list(pool.map(lambda _: open_shipped(MODEL, tmp_path), range(3)))
    assert len(sessions) == 3
    (path,) = tmp_path.iterdir()
    onnx.checker.check_model(str(path))


def test_weights_other_than_the_known_ones_are_refused(tmp_path):
    other = dataclasses.replace(MODEL, weights=transnetv2.MODEL.weights)
    with pytest.raises(WrongModel, match="not the weight file"):
        open_shipped(other, tmp_path)
    assert not list(tmp_path.iterdir())


def test_weights_that_are_not_installed_are_refused_with_advice(tmp_path):
    missing = dataclasses.replace(MODEL, weights="nowhere/weights.pth")
    with pytest.raises(InvalidConfiguration, match="make install"):
        open_shipped(missing, tmp_path)


def test_a_model_that_answers_wrongly_is_not_kept(tmp_path):
    def build_with_damage(weights):
        damaged = weights["_blocks.3._depthwise_conv.weight"] * 1.1
        return MODEL.build({**weights, "_blocks.3._depthwise_conv.weight": damaged})

    damaged = dataclasses.replace(MODEL, build=build_with_damage)
    with pytest.raises(WrongModel, match="answers wrongly"):
        open_shipped(damaged, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_built_from_other_weights_is_not_used(tmp_path):
    open_shipped(MODEL, tmp_path)
    newer = dataclasses.replace(MODEL, weights_sha256="0" * 64)
    with pytest.raises(WrongModel, match="not the weight file"):
        open_shipped(newer, tmp_path)
