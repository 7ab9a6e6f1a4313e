"""The reader of weight files makes arrays, and nothing else."""

from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from heaters.data_packages import locate
from heaters.onnx_models.efficientnet_lite0 import MODEL as EFFICIENTNET_LITE0
from heaters.onnx_models.torch_files import UnreadableWeights, read_tensors
from heaters.onnx_models.transnetv2 import MODEL as TRANSNETV2


class Global:
    """Pickled as a reference to any name, called with arguments if there are any."""

    def __init__(self, name: str, *arguments: object) -> None:
        self.name, self.arguments = name, arguments


class TorchPickler(pickle._Pickler):  # the pure one lets a test write any opcode
    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Global):
            module, _, name = obj.name.rpartition(".")
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
            if obj.arguments:
                self.save(obj.arguments)
                self.write(pickle.REDUCE)
        elif isinstance(obj, Storage):
            self.save(("storage", Global(f"torch.{obj.kind}"), obj.key, "cpu", obj.count))
            self.write(pickle.BINPERSID)
        else:
            super().save(obj)


class Storage:
    def __init__(self, key: str, count: int, kind: str = "FloatStorage") -> None:
        self.key, self.count, self.kind = key, count, kind


def tensor(storage: Storage, offset: int, shape: tuple, strides: tuple) -> Global:
    rebuild = "torch._utils._rebuild_tensor_v2"
    return Global(rebuild, storage, offset, shape, strides, False, OrderedDict())


def zip_file(content: object, **storages: bytes) -> bytes:
    pickled, file = io.BytesIO(), io.BytesIO()
    TorchPickler(pickled, protocol=2).dump(content)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickled.getvalue())
        for key, numbers in storages.items():
            archive.writestr(f"archive/data/{key}", numbers)
    return file.getvalue()


SIX = np.arange(6, dtype="<f4").tobytes()


def test_a_tensor_is_read_with_its_strides_and_offset():
    weights = {
        "whole": tensor(Storage("k0", 6), 0, (2, 3), (3, 1)),
        "turned": tensor(Storage("k0", 6), 0, (3, 2), (1, 3)),
        "last": tensor(Storage("k0", 6), 5, (), ()),
    }
    read = read_tensors(zip_file(OrderedDict(weights), k0=SIX))
    assert read["whole"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert read["last"].tolist() == 5


@pytest.mark.parametrize("model", [EFFICIENTNET_LITE0, TRANSNETV2], ids=lambda model: model.name)
def test_the_shipped_files_of_both_formats_are_read_without_torch(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    tensors = read_tensors(locate(model.weights).read_bytes())
    assert sum(tensor.size for tensor in tensors.values()) > 4_000_000
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch.nn.Linear"])
def test_a_file_that_names_a_function_is_refused_and_nothing_is_called(name, tmp_path):
    trace = tmp_path / "called"
    file = zip_file({"w": Global(name, f"open({str(trace)!r}, 'w')")})
    with pytest.raises(UnreadableWeights, match=name):
        read_tensors(file)
    assert not trace.exists()


def test_a_plain_pickle_is_refused():
    class Harmful:
        def __reduce__(self):
            return (os.system, ("true",))

    with pytest.raises(UnreadableWeights, match="system"):
        read_tensors(pickle.dumps(Harmful()))


def test_a_tensor_outside_its_storage_is_refused():
    for offset, shape, strides in [(1, (2, 3), (3, 1)), (0, (2,), (-1,)), (-1, (2,), (1,))]:
        file = zip_file({"w": tensor(Storage("k0", 6), offset, shape, strides)}, k0=SIX)
        with pytest.raises(UnreadableWeights, match="outside"):
            read_tensors(file)


@pytest.mark.parametrize("kept", [0, 10, 1000, 1_000_000])
@pytest.mark.parametrize("model", [EFFICIENTNET_LITE0, TRANSNETV2], ids=lambda model: model.name)
def test_a_truncated_file_is_refused(model, kept):
    with pytest.raises(UnreadableWeights):
        read_tensors(locate(model.weights).read_bytes()[:kept])


def test_a_storage_shorter_than_it_claims_is_refused():
    with pytest.raises(UnreadableWeights):
        read_tensors(zip_file({"w": tensor(Storage("k0", 7), 0, (7,), (1,))}, k0=SIX))


@pytest.mark.parametrize("content", [[1, 2], {"w": 1}, "text"])
def test_a_file_of_other_things_than_tensors_is_refused(content):
    with pytest.raises(UnreadableWeights, match="other than named tensors"):
        read_tensors(zip_file(content))
