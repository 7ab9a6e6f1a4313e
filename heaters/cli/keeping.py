"""Processes that are started again when they end by themselves."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from heaters.cli import output
from heaters.domain.errors import HeatersError

_LOOK_S = 0.2
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_STEADY_S = 60.0  # one that ran for as long is started again at once, or nearly so


@contextmanager
def kept_running(
    name: str, start: Callable[[], subprocess.Popen[bytes]], *, grace_s: float
) -> Iterator[None]:
    """Keep a process running while the block runs: one that ends is followed by another.

    The pause before the next one doubles while they end soon. At the end of the block the process
    is asked once to end (SIGTERM), so that it can give back what it holds.

    Args:
        name: what people call it.
        start: starts one; what it raises the first time is raised here.
        grace_s: how long the process may take to end before it is killed.
    """
    stopping = threading.Event()
    first: Future[None] = Future()
    thread = threading.Thread(
        target=_keep, args=(name, start, grace_s, stopping, first), name=f"{name} keeper"
    )
    thread.start()
    try:
        first.result()
        yield
    finally:
        stopping.set()
        thread.join()


def _keep(
    name: str,
    start: Callable[[], subprocess.Popen[bytes]],
    grace_s: float,
    stopping: threading.Event,
    first: Future[None],
) -> None:
    pause_s = _FIRST_PAUSE_S
    while not stopping.is_set():
        begun_s = time.monotonic()
        try:
            process = start()
        except Exception as error:  # noqa: BLE001 - the first one is raised, later ones are told
            if not first.done():
                first.set_exception(error)
                return
            ended = f"does not start: {error if isinstance(error, HeatersError) else repr(error)}"
        else:
            if not first.done():
                first.set_result(None)
            while process.poll() is None and not stopping.wait(_LOOK_S):
                pass
            if stopping.is_set():
                _stop(name, process, grace_s)
                return
            ended = f"ended by itself ({_how(process.returncode)})"
        if time.monotonic() - begun_s > _STEADY_S:
            pause_s = _FIRST_PAUSE_S
        output.say(f"the {name} {ended}; starting it again in {pause_s:.0f} s")
        stopping.wait(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _stop(name: str, process: subprocess.Popen[bytes], grace_s: float) -> None:
    process.terminate()
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        output.say(f"the {name} did not end within {grace_s:.0f} s and was killed")
        process.kill()
        process.wait()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
