"""Processes that are kept running: started again when they die, asked to end once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from queue import Queue

import pytest

from heaters.cli import keeping
from heaters.cli.keeping import kept_running
from heaters.domain.errors import InvalidConfiguration

COUNTS_SIGNALS = """
import signal, sys, time
count = 0
def note(*_):
    global count
    count += 1
signal.signal(signal.SIGTERM, note)
print("up", flush=True)
while not count:
    signal.pause()
time.sleep(float(sys.argv[1]))  # gives back what it holds, in which a second signal would count
print(count, flush=True)
"""


def started(queue: Queue[subprocess.Popen[bytes]], linger_s: float) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTS_SIGNALS, str(linger_s)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    queue.put(process)
    return process


def test_a_process_that_is_killed_is_followed_by_another_and_that_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_FIRST_PAUSE_S", 0.01)
    queue: Queue[subprocess.Popen[bytes]] = Queue()
    with kept_running("server", lambda: started(queue, 0), grace_s=30):
        first = queue.get(timeout=30)
        os.kill(first.pid, signal.SIGKILL)
        second = queue.get(timeout=30)
        assert second.poll() is None
    assert second.poll() == 0
    assert "the server ended by itself (signal 9); starting it again" in capsys.readouterr().err


def test_a_process_is_asked_to_end_once_and_waited_for() -> None:
    queue: Queue[subprocess.Popen[bytes]] = Queue()
    with kept_running("server", lambda: started(queue, 1.5), grace_s=30):
        process = queue.get(timeout=30)
    assert process.stdout is not None
    assert (process.stdout.read(), process.returncode) == (b"1\n", 0)


def test_a_process_that_does_not_end_is_killed_after_a_while() -> None:
    queue: Queue[subprocess.Popen[bytes]] = Queue()
    with kept_running("server", lambda: started(queue, 600), grace_s=0.1):
        process = queue.get(timeout=30)
    assert process.returncode == -signal.SIGKILL


def test_what_keeps_the_first_one_from_starting_is_raised(tmp_path: Path) -> None:
    def start() -> subprocess.Popen[bytes]:
        raise InvalidConfiguration("the port is taken")

    with (
        pytest.raises(InvalidConfiguration, match="the port is taken"),
        kept_running("server", start, grace_s=1),
    ):
        pytest.fail("nothing runs")
