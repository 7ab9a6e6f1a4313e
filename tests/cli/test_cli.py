"""The command line as programs and people use it: real processes, embedded servers on demand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.support.barcodes import decode_barcodes, write_barcode_video
from tests.support.http_server import serve_folder
from tests.support.servers import wait_until_stopped

FPS = Fraction(24000, 1001)


class Heaters:
    """The program over one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.environment = os.environ | {
            "HEATERS_DATA_DIR": str(data_dir),
            "HEATERS_DOWNLOAD_ALLOW_PRIVATE": "true",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "heaters", *map(str, arguments)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def __call__(self, *arguments: object) -> str:
        """Run a command that must succeed; return its standard output."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: object) -> Any:
        """Run a command that must succeed; return what it says as JSON."""
        return json.loads(self(*arguments, "--json"))

    def refuses(self, *arguments: object) -> str:
        """Run a command that must fail; return its one line, without the program's name."""
        done = self.run(*arguments)
        assert done.returncode == 1, done.stdout
        (line,) = done.stderr.strip().splitlines()
        return line.removeprefix("heaters: ")


@pytest.fixture(scope="module")
def heaters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heaters]:
    """One library for the whole module: commands follow each other as in a person's day."""
    data_dir = tmp_path_factory.mktemp("data folder")
    yield Heaters(data_dir)
    wait_until_stopped(data_dir)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sources") / "It's 1.mp4"
    return write_barcode_video(path, fps=FPS, frame_count=60, cuts=[24])


@pytest.fixture(scope="module")
def video(heaters: Heaters, source: Path) -> dict[str, Any]:
    """The source, ingested from its file."""
    (found,) = heaters.json("ingest", source, "--wait")
    return found


def test_ingest_of_a_file_ends_with_a_ready_video_in_json(video: dict[str, Any]) -> None:
    assert video == {
        "id": 1,
        "title": "It's 1",
        "state": "ready",
        "fps": "24000/1001",
        "frame_count": 60,
        "width": 320,
        "height": 180,
        "cuts": [24],
        "clip_count": 2,
        "error": None,
        "warnings": [],
        "added": True,
    }


def test_a_session_from_cuts_to_collected_files(
    heaters: Heaters, video: dict[str, Any], tmp_path: Path
) -> None:
    confirmed = heaters.json("cuts", "confirm", video["id"], 24)
    assert (confirmed["kind"], confirmed["frame"], confirmed["changes"]) == ("confirm_cut", 24, [])
    assert heaters.json("cuts", "confirm", video["id"], 24) is None  # once is enough
    heaters("cuts", "add", video["id"], 40)
    heaters("cuts", "move", video["id"], 24, 20)
    assert heaters.json("cuts", "list", video["id"]) == [20, 40]
    where = f"in video {video['id']} (It's 1)"
    undone = heaters.run("undo").stderr
    assert undone.startswith(f"undone: move cut at frame 24 to 20 {where}: clips ")
    assert heaters.json("cuts", "list", video["id"]) == [24, 40]
    assert heaters.run("redo").stderr.startswith(f"redone: move cut at frame 24 to 20 {where}: ")
    clips = heaters.json("clips", "--video", video["id"])
    assert [(c["start_frame"], c["end_frame"]) for c in clips] == [(0, 20), (20, 40), (40, 60)]

    heaters("review", "skip", clips[1]["id"])
    heaters("review", "approve", "--video", video["id"], "--all-pending")
    heaters("wait", "--timeout", 100)
    heaters("collect", "--to", tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert [(m["start_frame"], m["end_frame"], m["fps"]) for m in manifest] == [
        (0, 20, "24000/1001"),
        (40, 60, "24000/1001"),
    ]
    for entry in manifest:
        shown = decode_barcodes(tmp_path / entry["file"])
        assert shown == list(range(entry["start_frame"], entry["end_frame"]))

    heaters("review", "skip", clips[2]["id"])
    (tmp_path / "mine.mp4").write_bytes(b"not of heaters")
    gone, kept = manifest[1]["file"], manifest[0]["file"]
    for arguments in (("--video", video["id"]), ()):  # said each time, and remembered
        done = heaters.run("collect", "--to", tmp_path, *arguments)
        assert f"no longer in the library: 1 file: {gone}" in done.stderr
    assert {path.name for path in tmp_path.glob("*.mp4")} == {gone, kept, "mine.mp4"}
    heaters("collect", "--to", tmp_path, "--prune")
    assert {path.name for path in tmp_path.glob("*.mp4")} == {kept, "mine.mp4"}
    assert json.loads((tmp_path / "manifest.json").read_text()) == manifest[:1]
    heaters("review", "skip", clips[0]["id"])
    asked = heaters.run("collect", "--to", tmp_path, "--prune")
    assert asked.returncode == 1
    assert f"would remove 1 file: {kept}: more than half of what" in asked.stderr
    assert {path.name for path in tmp_path.glob("*.mp4")} == {kept, "mine.mp4"}
    heaters("collect", "--to", tmp_path, "--prune", "--yes")
    assert {path.name for path in tmp_path.glob("*.mp4")} == {"mine.mp4"}
    heaters("undo")
    heaters("undo")

    by_state = {c["state"] for c in heaters.json("clips", "--video", video["id"])}
    assert by_state == {"embedded", "review_skipped"}
    exports = [c["export"] for c in heaters.json("clips", "--state", "embedded")]
    assert all(Path(export).is_file() for export in exports)
    (alike,) = heaters.json("similar", clips[0]["id"])
    assert alike["clip_id"] == clips[2]["id"]
    assert heaters.json("check") == []


def test_ingest_of_an_address_ends_with_a_ready_video(heaters: Heaters, source: Path) -> None:
    with serve_folder(source.parent) as base_url:
        (found,) = heaters.json("ingest", f"{base_url}/It%27s%201.mp4", "--wait")
    assert (found["state"], found["cuts"], found["frame_count"]) == ("ready", [24], 60)


def test_ingest_of_a_folder_takes_the_videos_in_it(heaters: Heaters, tmp_path: Path) -> None:
    for name, frame_count in (("b.mp4", 10), ("a.mp4", 11)):
        write_barcode_video(tmp_path / name, fps=Fraction(25), frame_count=frame_count)
    (tmp_path / "notes.txt").write_text("not a video")
    (tmp_path / ".hidden").write_text("nothing that anyone would miss")
    done = heaters.run("ingest", tmp_path, "--wait", "--json")
    found = json.loads(done.stdout)
    assert [(v["title"], v["state"]) for v in found] == [("a", "ready"), ("b", "ready")]
    assert "2 videos added; 1 other file left out (notes.txt)" in done.stderr


def test_what_is_here_already_is_told_and_added_again_only_on_demand(
    heaters: Heaters, video: dict[str, Any], source: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.mov"
    copy.write_bytes(source.read_bytes())
    before = [found["id"] for found in heaters.json("videos")]
    done = heaters.run("ingest", copy, source, "--json")
    assert done.returncode == 0
    (found,) = json.loads(done.stdout)
    assert (found["id"], found["added"]) == (1, False)
    assert done.stderr.splitlines() == [
        f"{name} is already here as video 1 (It's 1); --again adds it again"
        for name in (copy.name, source.name)
    ]
    assert [found["id"] for found in heaters.json("videos")] == before
    (found,) = heaters.json("ingest", copy, "--again")
    assert found["id"] not in before
    assert found["added"] is True
    heaters("remove", found["id"])
    assert [found["id"] for found in heaters.json("videos")] == before
    done = heaters.run("remove", 1, 998, 999)
    assert done.returncode == 1
    for words, line in zip(("has clips", "998", "999"), done.stderr.splitlines(), strict=True):
        assert words in line


def test_the_rest_of_a_folder_goes_on_where_some_of_it_cannot(
    heaters: Heaters, tmp_path: Path
) -> None:
    write_barcode_video(tmp_path / "fine.mp4", fps=Fraction(30), frame_count=10)
    (tmp_path / "fine.mp4").rename(tmp_path / os.fsdecode(b"caf\xe9 \x1b[31m.mp4"))
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    address = "https://ann:s3cret@media.example.org/a%00b?sig=s3cret"
    done = heaters.run("ingest", tmp_path, address, "data:text/html,x", "--json")
    assert done.returncode == 1
    named, addressed = json.loads(done.stdout)
    assert (named["title"], addressed["title"]) == ("caf\ufffd [31m", "a b")
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert "gone.mp4 is a link to a file that does not exist" in lines[0]
    assert "pipe.mp4 is a named pipe, not a file" in lines[1]
    assert "only http and https addresses can be downloaded, not data:" in lines[2]
    again = heaters.run("ingest", address)
    assert (again.returncode, "s3cret" in again.stdout + again.stderr) == (0, False)
    assert "already here" in again.stderr
    for found in (named, addressed):
        heaters("remove", found["id"])


def test_an_ingest_that_fails_says_why_and_exits_1(heaters: Heaters, tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"\0" * 5000)
    done = heaters.run("ingest", path, "--wait", "--json")
    assert done.returncode == 1
    (found,) = json.loads(done.stdout)
    assert found["state"] == "preprocess_failed"
    assert "broken" in done.stderr
    assert found["error"] in done.stderr
    told = heaters.run("ingest", path)
    assert told.returncode == 0
    assert told.stderr.splitlines() == [
        f"broken.mp4 is already here as video {found['id']} (broken), which failed: "
        f"{found['error']}; `heaters retry --video {found['id']}` tries again, --again adds it"
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("ingest", "no-such-file.mp4"), "not found: no-such-file.mp4"),
        (("ingest", "ftp://example.org/a.mp4"), "only http and https"),
        (("remove", 999), "there is no video 999"),
        (("clips", "--video", 999), "there is no video 999"),
        (("cuts", "add", 1, 99999), "99999"),
        (("review", "approve", 999), "999"),
        (("review", "approve"), "say which clips"),
        (("similar", 999), "there is no clip 999"),
        (("search", "a red car"), "text"),
        (("retry",), "say which one"),
        (("retry", "--video", 1), "not failed"),
        (("collect", "--to", "/proc/x"), "/proc/x does not exist"),
        (("collect", "--to", __file__), "is a file, not a folder"),
        (("collect", "--to", f"{__file__}/x"), "Not a directory"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_bad_input_gets_one_line_that_names_it(
    heaters: Heaters, video: dict[str, Any], arguments: tuple[object, ...], reason: str
) -> None:
    assert reason in heaters.refuses(*arguments)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("remove", "abc"), "'abc' is not a video's id"),
        (("remove", 1, "abc"), "'abc' is not a video's id"),
        (("similar", "abc"), "'abc' is not a clip's id"),
        (("review", "approve", "abc"), "'abc' is not a clip's id"),
        (("cuts", "move", 1, 2, "abc"), "'abc' is not a frame's number"),
        (("wait", "--timeout", "soon"), "'soon' is not a number"),
        (("web", "--port", 99999), "'99999' should be less than or equal to 65535"),
        (("clips", "--state", "lost"), "'lost' is not pending, approved, exported, skipped, "),
        (("review", "drop", 1), "'drop' is not one of 'approve', 'skip', 'archive'"),
        (("ingest", "-dash.mp4"), "a file of that name is written ./-dash.mp4"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_wrong_arguments_are_told_in_plain_words(
    heaters: Heaters, arguments: tuple[object, ...], reason: str
) -> None:
    done = heaters.run(*arguments)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Value error" not in done.stderr
    assert "Input" not in done.stderr


def test_clips_are_listed_by_the_words_of_the_pages(
    heaters: Heaters, video: dict[str, Any]
) -> None:
    of_video = heaters.json("clips", "--video", video["id"])
    listed = [
        clip
        for word in ("pending", "approved", "exported", "skipped", "archived", "failed")
        for clip in heaters.json("clips", "--video", video["id"], "--state", word)
    ]
    assert sorted(clip["id"] for clip in listed) == sorted(clip["id"] for clip in of_video)


def test_a_setting_that_cannot_be_read_is_named(heaters: Heaters) -> None:
    heaters.environment["HEATERS_PORT"] = "eighty"
    try:
        assert "HEATERS_PORT" in heaters.refuses("videos")
    finally:
        del heaters.environment["HEATERS_PORT"]


def test_the_doctor_finds_every_part(heaters: Heaters) -> None:
    checks = heaters.json("doctor")
    assert {check["part"] for check in checks} >= {"ffmpeg", "PostgreSQL", "Valkey", "object store"}
    assert all(check["ok"] for check in checks)


def test_the_doctor_knows_the_store_of_another_installation(
    heaters: Heaters, video: dict[str, Any], tmp_path: Path
) -> None:
    other = Heaters(tmp_path)
    objects = f"file:{heaters.environment['HEATERS_DATA_DIR']}/objects".replace(" ", "%20")
    other.environment["HEATERS_STORAGE_URL"] = objects
    for _ in range(2):  # without a database, and with one, which is asked
        done = other.run("doctor")
        assert done.returncode == 1
        assert "belongs to another installation" in done.stderr
        assert "`heaters adopt`" in done.stderr
        other("videos")
    wait_until_stopped(tmp_path)


def test_the_doctor_names_what_is_missing(heaters: Heaters) -> None:
    heaters.environment["HEATERS_FFMPEG"] = "/no/such/ffmpeg"
    try:
        done = heaters.run("doctor")
    finally:
        del heaters.environment["HEATERS_FFMPEG"]
    assert done.returncode == 1
    assert "HEATERS_FFMPEG is /no/such/ffmpeg" in done.stderr
