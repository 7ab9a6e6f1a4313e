"""A folder that clips are collected into, run after run: what it calls a leftover, and what not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from heaters.cli.collected import Collected, InTheWay
from heaters.domain.errors import InvalidInput

OURS, THEIRS = str(UUID(int=1)), str(UUID(int=2))

# Announces a file, writes it, and is killed.
_KILLED = """
import os, signal, sys
from pathlib import Path
from heaters.cli.collected import Collected
folder = Path(sys.argv[1])
collected = Collected(folder, installation=sys.argv[2])
collected.announce("a.mp4", 1)
(folder / "a.mp4").write_bytes(b"clip")
os.kill(os.getpid(), signal.SIGKILL)
"""


def collect(
    folder: Path, *clips: tuple[int, str], video_id: int | None = None, library: str = OURS
) -> tuple[list[str], list[str]]:
    """Collect clips as (video, name); return the manifest's names and the leftovers."""
    collected = Collected(folder, installation=library, only_video_id=video_id)
    for owner, name in clips:
        collected.announce(name, owner)
        (folder / name).write_bytes(b"clip")
        collected.add({"file": name, "video_id": owner})
    collected.close()
    return manifest(folder), collected.leftovers()


def manifest(folder: Path) -> list[str]:
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())
    return [entry["file"] for entry in entries]


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_left_over(tmp_path: Path) -> None:
    assert collect(tmp_path, (1, "a.mp4"), (1, "b.mp4")) == (["a.mp4", "b.mp4"], [])
    assert collect(tmp_path, (1, "b.mp4")) == (["b.mp4"], ["a.mp4"])
    assert collect(tmp_path, (1, "b.mp4")) == (["b.mp4"], ["a.mp4"])
    assert collect(tmp_path, (1, "a.mp4"), (1, "b.mp4")) == (["a.mp4", "b.mp4"], [])


def test_a_strangers_file_is_never_left_over(tmp_path: Path) -> None:
    (tmp_path / "mine.mp4").write_bytes(b"mine")
    assert collect(tmp_path, (1, "a.mp4"))[1] == []
    assert collect(tmp_path)[1] == ["a.mp4"]


def test_a_strangers_file_with_the_name_of_a_clip_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"mine")
    for _ in range(2):
        with pytest.raises(InTheWay, match=r"a\.mp4 is in the way"):
            collect(tmp_path, (1, "a.mp4"))
    assert (tmp_path / "a.mp4").read_bytes() == b"mine"
    assert collect(tmp_path, (1, "b.mp4")) == (["b.mp4"], [])


def test_a_folder_of_another_library_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    collect(tmp_path, (1, "a.mp4"), library=THEIRS)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for video_id in (None, 1):
        with pytest.raises(InvalidInput, match=f"another library .{THEIRS}. collects into"):
            collect(tmp_path, (1, "b.mp4"), video_id=video_id)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert collect(tmp_path, library=THEIRS)[1] == ["a.mp4"]


def test_a_list_of_an_earlier_version_gets_the_librarys_id(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"clip")
    (tmp_path / ".collected").write_text("1 a.mp4\n")
    assert collect(tmp_path, (1, "b.mp4")) == (["b.mp4"], ["a.mp4"])
    with pytest.raises(InvalidInput, match="another library"):
        collect(tmp_path, library=THEIRS)
    assert collect(tmp_path, (1, "a.mp4")) == (["a.mp4"], ["b.mp4"])


def test_one_video_leaves_the_others_alone(tmp_path: Path) -> None:
    collect(tmp_path, (1, "a.mp4"), (2, "b.mp4"), (2, "c.mp4"))
    assert collect(tmp_path, (2, "c.mp4"), video_id=2) == (["a.mp4", "c.mp4"], ["b.mp4"])
    assert collect(tmp_path, (1, "a.mp4"), (2, "c.mp4"))[1] == ["b.mp4"]


def test_what_a_killed_run_wrote_is_known(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, tmp_path, OURS], check=False)
    assert done.returncode == -signal.SIGKILL
    assert collect(tmp_path, (1, "b.mp4")) == (["b.mp4"], ["a.mp4"])


def test_the_manifest_of_an_earlier_version_tells_what_it_wrote(tmp_path: Path) -> None:
    names = ["1-old-0000000-0000009.mp4", "../outside.mp4", "/etc/passwd"]
    entries = [{"file": name, "video_id": 1} for name in names]
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    (tmp_path / names[0]).write_bytes(b"clip")
    assert collect(tmp_path, (1, "a.mp4")) == (["a.mp4"], names[:1])


@pytest.mark.parametrize("content", ["{}", "not JSON", '["a.mp4"]', '{"name": "a web page"}'])
def test_another_programs_manifest_is_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=r"manifest\.json was not written by heaters"):
        Collected(tmp_path, installation=OURS)
    assert path.read_text() == content
