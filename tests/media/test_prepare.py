"""The process that opens a source: what it makes, what it may not do, and every way it can end."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from heaters.domain.errors import Cancelled
from heaters.media.ffmpeg import find_ffmpeg
from heaters.media.limits import MediaLimits
from heaters.media.prepare import Allowance, PreparationFailed, Prepared, prepare
from tests.support.barcodes import decode_barcodes, write_barcode_video

MEMORY_BYTES = 2**30
Prepare = Callable[..., Prepared]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_barcode_video(tmp_path / "a.mp4", fps=Fraction(25), frame_count=30)


@pytest.fixture
def prepare_source(source: Path, tmp_path: Path) -> Prepare:
    """Prepares the source, with the arguments that the test names in place of the usual ones."""
    folder = tmp_path / "out"
    folder.mkdir()

    def call(**arguments: Any) -> Prepared:
        usual: dict[str, Any] = {
            "source": source,
            "out_dir": folder,
            "name": "A film",
            "ffmpeg": find_ffmpeg(),
            "limits": MediaLimits(),
            "allowance": Allowance(MEMORY_BYTES, total_s=300),
            "max_height": None,
            "on_progress": lambda _fraction: None,
            "cancelled": threading.Event(),
        }
        return prepare(**usual | arguments)

    return call


def program(path: Path, code: str) -> Path:
    """Write a program that is started in place of ffmpeg, with what it is about to do."""
    path.write_text(f"#!{sys.executable}\nimport json, os, signal, socket, sys, time\n{code}\n")
    path.chmod(0o700)
    return path


def test_it_makes_proxy_master_analysis_and_poster(prepare_source: Prepare) -> None:
    told: list[float] = []
    prepared = prepare_source(on_progress=told.append)
    made = prepared.made
    assert (made.fps, made.frame_count, made.has_audio) == (Fraction(25), 30, True)
    assert decode_barcodes(made.proxy_path) == list(range(30))
    assert made.master_path.is_file()
    assert made.analysis_path.is_file()
    with Image.open(prepared.poster_path) as poster:
        assert poster.size == (made.width, made.height)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_limit_of_the_settings_reaches_the_process(prepare_source: Prepare) -> None:
    with pytest.raises(PreparationFailed, match="HEATERS_MEDIA_MAX_PIXELS"):
        prepare_source(limits=MediaLimits(pixels=100))


def test_a_refusal_reaches_the_caller_in_its_own_words(
    prepare_source: Prepare, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_bytes(b"not a video" * 100)
    with pytest.raises(PreparationFailed, match="'A film' is not a video") as refused:
        prepare_source(source=notes)
    assert not refused.value.heals


def test_neither_it_nor_ffmpeg_has_secrets_files_a_network_or_all_of_the_memory(
    prepare_source: Prepare,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEATERS_DATABASE_URL", "postgresql://me:secret@host/db")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    token = tmp_path_factory.mktemp("data") / "web-token"
    token.write_text("secret")
    report = tmp_path / "out" / "report.json"
    code = f"""
def refused(attempt):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        return type(error).__name__
found = {{
    "environment": dict(os.environ),
    "worker's": refused(lambda: open("/proc/{os.getpid()}/environ")),
    "token": refused(lambda: open({str(token)!r})),
    "folder": refused(lambda: os.listdir({str(token.parent)!r})),
    "elsewhere": refused(lambda: open({str(tmp_path / "elsewhere")!r}, "w")),
    "internet": refused(lambda: socket.socket(socket.AF_INET)),
    "unix": refused(lambda: socket.socket(socket.AF_UNIX)),
    "memory": refused(lambda: bytearray({2 * MEMORY_BYTES})),
}}
json.dump(found, open({str(report)!r}, "w"))
sys.exit(1)
"""
    with pytest.raises(PreparationFailed):
        prepare_source(ffmpeg=program(tmp_path / "spy", code))
    found = json.loads(report.read_text())
    assert "secret" not in json.dumps(found.pop("environment"))
    assert found.pop("memory") == "MemoryError"
    assert set(found) == {"worker's", "token", "folder", "elsewhere", "internet", "unix"}
    assert set(found.values()) == {"PermissionError"}


def test_a_crash_is_told_by_its_signal_and_may_be_tried_again(
    prepare_source: Prepare, tmp_path: Path
) -> None:
    crash = program(tmp_path / "crash", "os.kill(os.getppid(), signal.SIGSEGV); signal.pause()")
    with pytest.raises(PreparationFailed, match=r"'A film' was ended by SIGSEGV") as lost:
        prepare_source(ffmpeg=crash)
    assert lost.value.heals


def test_an_unexpected_error_is_one_line_and_its_traceback_is_in_the_log(
    prepare_source: Prepare,
) -> None:
    with capture_logs() as logs, pytest.raises(PreparationFailed) as failed:
        prepare_source(max_height="tall")
    assert str(failed.value) == (
        "preparing 'A film' met an unexpected error (TypeError); the worker's log has the details"
    )
    [entry] = logs
    assert "Traceback" in entry["last_words"]
    assert "TypeError: " in entry["last_words"]


@pytest.mark.parametrize("way", ["cancelled", "total_s"])
def test_ffmpeg_is_gone_once_the_work_is_given_up(
    prepare_source: Prepare, tmp_path: Path, way: str
) -> None:
    started = tmp_path / "out" / "started"
    os.mkfifo(started)
    busy = program(
        tmp_path / "busy",
        f"open({str(started)!r}, 'w').write(str(os.getpid()))\n"
        "while True: print('frame=1', flush=True); time.sleep(0.05)",
    )
    cancelled = threading.Event()
    allowance = Allowance(MEMORY_BYTES, total_s=6 if way == "total_s" else 300)
    with ThreadPoolExecutor() as pool:
        preparing = pool.submit(
            prepare_source, ffmpeg=busy, cancelled=cancelled, allowance=allowance
        )
        with started.open() as told:
            ffmpeg = os.pidfd_open(int(told.read()))
        if way == "cancelled":
            cancelled.set()
            with pytest.raises(Cancelled):
                preparing.result()
        else:
            with pytest.raises(PreparationFailed, match="not done after 6 s") as stopped:
                preparing.result()
            assert not stopped.value.heals
    assert select.select([ffmpeg], [], [], 60)[0], "ffmpeg has ended"
    os.close(ffmpeg)
