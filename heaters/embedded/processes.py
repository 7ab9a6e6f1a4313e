"""Start and stop the processes of a server so that none is ever left behind unnoticed."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from heaters.domain.errors import InvalidConfiguration
from heaters.embedded.folder import ServerFolder
from heaters.embedded.locks import locked, try_locked

_PR_SET_PDEATHSIG = 1
_STOP_S = 60.0  # PostgreSQL may have much to write; what a kill interrupts, it replays
_STRAGGLE_S = 5.0
_LOOK_S = 0.05


def packaged_program(package: str, pattern: str) -> str:
    """Return the path of the program that ``package`` ships at ``pattern`` (a glob).

    The package is found, not imported: its Python layer is not used and takes long to load.

    Raises:
        InvalidConfiguration: it is not installed.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(folder).glob(pattern):
            return str(program)
    raise InvalidConfiguration(f"{package} is not installed for this system: run `make install`")


def program_version(program: str) -> str:
    """Return the version that ``program --version`` names, such as ``18.6``."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)+", answer.stdout)
    return found.group() if found else answer.stdout.strip()


def start(
    folder: ServerFolder, command: Sequence[str], stop_signal: signal.Signals, *, stdin: int
) -> subprocess.Popen[bytes]:
    """Start a process of the server: it and its children hold the server lock while they live.

    Its output goes to the server's log. On Linux it gets ``stop_signal`` when we die; elsewhere the
    next supervisor stops it. Call this from the main thread: it is the one whose end counts.
    """
    with locked(folder.server_lock) as lock, folder.server_log.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
            # No setting and no secret of the user who happened to come first.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            pass_fds=[lock],
            preexec_fn=_signal_at_parent_death(stop_signal),  # noqa: PLW1509 - no other thread
        )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    """Ask ``process`` to stop, wait for it, and kill it if that takes over ``_STOP_S``."""
    process.send_signal(stop_signal)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _signal_at_parent_death(number: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(number))


def stop_remains(server_lock: Path, main_pid: int | None, stop_signal: signal.Signals) -> None:
    """Return once no process holds ``server_lock``: the server that held it is gone entirely.

    A killed supervisor may leave its server behind, and a killed PostgreSQL a backend deep in a
    query. The main process is asked to stop; what does not go is killed. Only processes that have
    the lock file open are touched: a process id that is someone else's by now does no harm.
    """
    deadline_s = time.monotonic() + _STRAGGLE_S
    asked = False
    while not _is_free(server_lock):
        holders = _holders(server_lock)
        if main_pid in holders and not asked:
            _send(main_pid, stop_signal)
            deadline_s = time.monotonic() + _STOP_S
            asked = True
        if time.monotonic() > deadline_s:
            for pid in holders:
                _send(pid, signal.SIGKILL)
        time.sleep(_LOOK_S)


def _is_free(lock: Path) -> bool:
    with try_locked(lock) as held:
        return held is not None


def _holders(path: Path) -> set[int]:
    """Return the ids of all other processes that have ``path`` open, as far as we may see them."""
    if sys.platform != "linux":  # macOS has no /proc, but always lsof
        lsof = ["/usr/sbin/lsof", "-t", "--", str(path)]
        listing = subprocess.run(lsof, capture_output=True, check=False)
        return {int(pid) for pid in listing.stdout.split()} - {os.getpid()}
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            if any(descriptor.readlink() == path for descriptor in (process / "fd").iterdir()):
                found.add(int(process.name))
    return found - {os.getpid()}


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
