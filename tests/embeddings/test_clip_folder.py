"""Models from a folder, tried on a small one that knows three colours by sight and by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from heaters.embeddings import load_embedder, require_text
from heaters.embeddings.clip_images import ImagePreparation, UnusablePreparation
from heaters.embeddings.onnx_network import UnusableModelFolder

WORDS = {"<pad>": 0, "red": 1, "green": 2, "blue": 3, "a": 4, "[UNK]": 5}
WORD_VECTORS = np.array(
    [[9, 9, 9], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [0.1, 0.1, 0.1]], np.float32
)
PLAIN = {"image_mean": [0, 0, 0], "image_std": [1, 1, 1]}


def write_model(path: Path, nodes, inputs, output: tuple, constants=()) -> None:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*spec) for spec in inputs],
        [helper.make_tensor_value_info(*output)],
        [numpy_helper.from_array(value, name) for name, value in constants],
    )
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)


def write_image_model(folder: Path, *, side=8, output="image_embeds", kind=TensorProto.FLOAT):
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["mean"]),
        helper.make_node("Flatten", ["mean"], [output]),
    ]
    pixels = ("pixels", kind, ["n", 3, side, side])
    write_model(folder / "image.onnx", nodes, [pixels], (output, kind, ["n", 3]))


def write_text_model(
    folder: Path, *, length="length", kind=TensorProto.INT64, vectors=WORD_VECTORS
):
    """Sum the vectors of all tokens that the attention mask shows."""
    nodes = [
        helper.make_node("Gather", ["vectors", "input_ids"], ["tokens"], axis=0),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["mask3"]),
        helper.make_node("Mul", ["tokens", "mask3"], ["shown"]),
        helper.make_node("ReduceSum", ["shown", "time"], ["text_embeds"], keepdims=0),
    ]
    inputs = [(name, kind, ["n", length]) for name in ("input_ids", "attention_mask")]
    output = ("text_embeds", TensorProto.FLOAT, ["n", vectors.shape[1]])
    constants = [("vectors", vectors), ("last", np.array([2])), ("time", np.array([1]))]
    write_model(folder / "text.onnx", nodes, inputs, output, constants)


def write_tokenizer(folder: Path) -> None:
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "three colours"
    folder.mkdir()
    write_image_model(folder)
    write_text_model(folder)
    write_tokenizer(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PLAIN))
    return folder


def load(folder: Path):
    return require_text(load_embedder(f"clip:{folder}", folder / "unused"))


def coloured(*rgb: int) -> np.ndarray:
    return np.full((20, 30, 3), rgb, np.uint8)


def test_a_word_is_nearest_to_the_picture_that_shows_it(folder):
    embedder = load(folder)
    pictures = embedder.embed_images([coloured(200, 9, 9), coloured(9, 200, 9), coloured(9, 9, 99)])
    texts = embedder.embed_text(["a blue", "a red", "green"])
    assert (texts @ pictures.T).argmax(axis=1).tolist() == [2, 0, 1]
    assert embedder.dim == 3
    np.testing.assert_allclose(np.linalg.norm(pictures, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("kind", [TensorProto.INT32, TensorProto.INT64])
def test_a_text_model_of_fixed_length_gets_padded_and_cut_tokens(folder, kind):
    write_text_model(folder, length=4, kind=kind)
    texts = load(folder).embed_text(["red", "red blue blue a green green green"])
    np.testing.assert_allclose(texts, [[1, 0, 0], [5**-0.5, 0, 2 * 5**-0.5]], atol=1e-6)


def test_long_text_is_cut_to_the_context_of_clip(folder):
    texts = load(folder).embed_text(["red " * 77 + "blue " * 500])
    np.testing.assert_allclose(texts, [[1, 0, 0]], atol=1e-6)


def test_half_precision_and_an_output_of_any_name_are_understood(folder):
    write_image_model(folder, output="whatever", kind=TensorProto.FLOAT16)
    vectors = load(folder).embed_images([coloured(200, 0, 0)])
    np.testing.assert_allclose(vectors, [[1, 0, 0]], atol=1e-3)


def test_no_pictures_and_no_texts_give_no_vectors(folder):
    embedder = load(folder)
    assert embedder.embed_images([]).shape == embedder.embed_text([]).shape == (0, 3)


def test_the_name_tells_one_model_from_another_in_the_same_folder(folder):
    before = load(folder).name
    assert before.startswith("clip:three-colours-")
    assert load(folder).name == before
    write_image_model(folder, side=16)
    assert load(folder).name != before


@pytest.mark.parametrize("name", ["image.onnx", "text.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(UnusableModelFolder, match=f"no {name}"):
        load(folder)


@pytest.mark.parametrize("name", ["image.onnx", "text.onnx", "tokenizer.json"])
def test_a_broken_file_is_named(folder, name):
    (folder / name).write_bytes(b"not this")
    with pytest.raises(UnusableModelFolder, match=name):
        load(folder)


def test_models_of_unlike_dimension_are_refused(folder):
    write_text_model(folder, vectors=np.ones((6, 5), np.float32))
    with pytest.raises(UnusableModelFolder, match="differ in length"):
        load(folder)


def test_an_input_that_nobody_knows_is_named(folder):
    nodes = [helper.make_node("Mul", ["input_ids", "mood"], ["text_embeds"])]
    inputs = [(name, TensorProto.FLOAT, ["n", 3]) for name in ("input_ids", "mood")]
    write_model(folder / "text.onnx", nodes, inputs, ("text_embeds", TensorProto.FLOAT, ["n", 3]))
    with pytest.raises(UnusableModelFolder, match="mood"):
        load(folder)


LEFT_RED_RIGHT_BLUE = np.concatenate([coloured(255, 0, 0), coloured(0, 0, 255)], axis=1)


def prepare(tmp_path: Path, model_size=("h", "w"), **config: object) -> np.ndarray:
    path = tmp_path / "preprocessor_config.json"
    path.write_text(json.dumps(PLAIN | config))
    return ImagePreparation.read(path, model_size)(LEFT_RED_RIGHT_BLUE)


def test_a_crop_takes_the_middle_of_the_picture(tmp_path):
    prepared = prepare(tmp_path, size={"shortest_edge": 10}, crop_size={"height": 6, "width": 8})
    assert prepared.shape == (3, 6, 8)
    assert prepared[:, 3, 0].round(2).tolist() == [1, 0, 0]
    assert prepared[:, 3, 7].round(2).tolist() == [0, 0, 1]


def test_without_a_crop_the_whole_picture_is_squeezed(tmp_path):
    prepared = prepare(tmp_path, size={"height": 5, "width": 4}, do_center_crop=False)
    assert prepared.shape == (3, 5, 4)
    assert prepared.mean(axis=(1, 2)).round(2).tolist() == [0.5, 0, 0.5]


def test_the_size_in_the_model_beats_the_size_in_the_file(tmp_path):
    assert prepare(tmp_path, model_size=(12, 14), size=7, crop_size=7).shape == (3, 12, 14)


def test_without_a_file_pictures_are_prepared_as_for_clip(tmp_path):
    prepared = ImagePreparation.read(tmp_path / "missing.json", ("h", "w"))(coloured(255, 0, 128))
    assert prepared.shape == (3, 224, 224)
    expected = [(1 - 0.4815) / 0.2686, -0.4578 / 0.2613, (128 / 255 - 0.4082) / 0.2758]
    np.testing.assert_allclose(prepared.mean(axis=(1, 2)), expected, atol=1e-3)


@pytest.mark.parametrize("text", ["{", "[]", '{"size": "big"}', '{"image_mean": 5}'])
def test_a_broken_preparation_file_is_named(tmp_path, text):
    path = tmp_path / "preprocessor_config.json"
    path.write_text(text)
    with pytest.raises(UnusablePreparation, match=r"preprocessor_config\.json"):
        ImagePreparation.read(path, ("h", "w"))
