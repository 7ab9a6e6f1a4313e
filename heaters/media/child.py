"""Processes that meet what strangers made, and may fail in any way they like.

A child reads one JSON object from standard input and writes events, JSON objects with a field
``event``, one a line, to standard output. The last is its verdict.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from heaters.domain.errors import Cancelled, ExternalFailure

_LOOK_EVERY_S = 0.1
_GRACE_S = 5.0
_LAST_LINES = 40
# What Python may need to start. Nothing else: our environment holds the secrets of the database and
# the store, and libraries read proxies, plugins and configuration from it.
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")

Event = dict[str, Any]


class ChildEnded(ExternalFailure):
    """A child ended without a verdict.

    Attributes:
        returncode: as ``subprocess`` gives it: negative for the signal that killed it.
        last_words: the last lines that it wrote to standard error, oldest first.
    """

    def __init__(self, returncode: int, last_words: tuple[str, ...]) -> None:
        super().__init__(f"the process ended with status {returncode}")
        self.returncode, self.last_words = returncode, last_words


class ChildStalled(ExternalFailure):
    """A child said nothing for too long, or did not end in time, and was killed."""


def events_of(
    module: str,
    request: Mapping[str, Any],
    *,
    home: Path,
    cancelled: threading.Event,
    stall_s: float,
    total_s: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> Generator[Event]:
    """Run ``python -m module`` and give its events as they come; close the generator to end it.

    Args:
        module: reads ``request`` and the number of this process as ``parent_pid``.
        request: what is asked of it.
        home: the folder that it starts in, and has for its home and its temporary files.
        cancelled: when set, the child is ended within a moment.
        stall_s: seconds without an event after which it is ended.
        total_s: seconds after which it is ended whatever it says; None for no such limit.
        environment: variables that it gets besides those that Python needs.

    Raises:
        Cancelled: ``cancelled`` was set.
        ChildStalled: it was ended by one of the limits.
        ChildEnded: it ended; whoever saw its verdict does not read on.
    """
    asked = {**request, "parent_pid": os.getpid()}
    with _running(module, asked, home, environment or {}) as (process, events, last_words):
        begun_s = heard_s = time.monotonic()
        while True:
            if cancelled.is_set():
                raise Cancelled("the work was cancelled")
            try:
                event = events.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                event = {}
            now_s = time.monotonic()
            if total_s is not None and now_s - begun_s > total_s:
                raise ChildStalled(f"not done after {total_s:g} s")
            if event is None:
                raise ChildEnded(process.wait(), tuple(last_words))
            if event:
                heard_s = now_s
                yield event
            elif now_s - heard_s > stall_s:
                raise ChildStalled(f"nothing came for {stall_s:g} s")


@contextmanager
def _running(
    module: str, request: Mapping[str, Any], home: Path, environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[str], queue.SimpleQueue[Event | None], deque[str]]]:
    """Run a child until the block ends: ask it to end, and kill it if it does not.

    Gives the process, its events with None after the last, and its last lines on standard error.
    """
    folder = str(home.resolve())
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=folder,
        env=kept | {"HOME": folder, "TMPDIR": folder, **environment},
        start_new_session=True,
    )
    assert process.stdin and process.stdout and process.stderr
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    last_words: deque[str] = deque(maxlen=_LAST_LINES)

    def read_events(lines: Iterator[str]) -> None:
        try:
            for line in lines:
                events.put(json.loads(line))
        finally:
            events.put(None)

    readers = [
        threading.Thread(target=read_events, args=[process.stdout], daemon=True),
        threading.Thread(target=last_words.extend, args=[process.stderr], daemon=True),
    ]
    with process:
        try:
            for reader in readers:
                reader.start()
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(json.dumps(request))
            yield process, events, last_words
        finally:
            process.terminate()
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
            for reader in readers:
                reader.join()
