"""Start a server's process so that it dies with its supervisor and never runs as root."""

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
from heaters.embedded.locks import try_locked

_PR_SET_PDEATHSIG = 1
_NOBODY = 65534

STOP_S = 60.0  # PostgreSQL may have much to write; what a kill interrupts, it replays
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


def environment() -> dict[str, str]:
    """Return the environment for servers: ours, less what would change their behaviour."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def signal_at_parent_death(number: signal.Signals) -> Callable[[], None] | None:
    """Return a ``preexec_fn`` that has the kernel send ``number`` when this thread ends.

    Linux only; None elsewhere, where the next supervisor stops what it finds.
    """
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
            deadline_s = time.monotonic() + STOP_S
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
    if sys.platform != "linux":
        listing = subprocess.run(["lsof", "-t", "--", str(path)], capture_output=True, check=False)
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


def not_as_root(data: Path, death_signal: signal.Signals) -> list[str]:
    """Return what to put before a command that refuses to run as root; nothing for other users.

    A user namespace in which root has another number needs no change to any file. Where that is
    forbidden (containers forbid it by default) the command runs as nobody, which gets the files in
    ``data`` and keeps root's right to pass the folders above them.

    Raises:
        InvalidConfiguration: we are root and neither way works here.
    """
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    switch = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    switch += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    # Changing the user forgets the signal that signal_at_parent_death() asked for.
    switch += [f"--pdeathsig={death_signal.name.removeprefix('SIG')}", "--"]
    for prefix, owner in ((namespace, 0), (switch, _NOBODY)):
        if _works([*prefix, "true"]):
            _give_to(data, owner)
            return prefix
    raise InvalidConfiguration(
        "PostgreSQL refuses to run as root, and this system allows neither user namespaces nor"
        " switching to another user: run heaters as an ordinary user, or set HEATERS_DATABASE_URL"
    )


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _give_to(folder: Path, owner: int) -> None:
    if folder.stat().st_uid == owner:
        return
    for path in folder.rglob("*"):
        os.chown(path, owner, owner, follow_symlinks=False)
    os.chown(folder, owner, owner)
