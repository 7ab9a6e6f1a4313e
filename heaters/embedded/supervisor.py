"""``python -m heaters.embedded.supervisor``: keep one server running while it has users.

Started by ``servers.py``, which passes on the supervisor lock. It goes into the background, creates
and starts the server, starts it again on the same port whenever it dies, and stops it once nobody
has held the users lock for ``LINGER_S``. Little is imported: one stays in memory per server.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from heaters.domain.errors import ExternalFailure, HeatersError
from heaters.embedded.folder import Phase, State, last_lines
from heaters.embedded.processes import start, stop, stop_remains
from heaters.embedded.server import Server, server_in

LINGER_S = 2.0  # so that a sequence of commands starts the servers once
_RETRY_S = 2.0
_TICK_S = 0.2
_STARTING_TICK_S = 0.01


class Users:
    """Tells when the last user has gone, and from then on keeps new ones waiting.

    A user holds the lock shared before it looks for a supervisor. The decision to stop is made
    only under the exclusive lock, which is then held until this process ends: a user who comes too
    late waits, finds no supervisor, and starts one.
    """

    def __init__(self, lock: Path) -> None:
        self._descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        self._idle_since_s: float | None = None
        self._kept_out = False

    def have_gone(self) -> bool:
        """Return whether every look during the last ``LINGER_S`` found nobody."""
        if self._kept_out:
            return True
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._idle_since_s = None
            return False
        now_s = time.monotonic()
        if self._idle_since_s is None:
            self._idle_since_s = now_s
        self._kept_out = now_s - self._idle_since_s >= LINGER_S
        if not self._kept_out:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return self._kept_out


class Supervisor:
    """Runs one server, again and again if need be, until ``should_stop()``."""

    def __init__(self, server: Server, should_stop: Callable[[], bool]) -> None:
        self._server = server
        self._folder = server.folder
        self._should_stop = should_stop
        self._port: int | None = None

    def run(self) -> None:
        """Keep the server running and leave it stopped.

        Raises:
            HeatersError: it could not be started the first time. Later, it is tried until it works.
            OSError: nor could one of its files be written.
        """
        was_ready = False
        while not self._should_stop():
            try:
                self._run_once()
                was_ready = True
            except (HeatersError, OSError) as error:
                if not was_ready:
                    raise
                with suppress(OSError):  # a full disk, perhaps
                    self._folder.write_state(State(Phase.FAILED, str(error)))
                time.sleep(_RETRY_S)

    def _run_once(self) -> None:
        """Start the server; return when it has died after it was ready, or was stopped."""
        self._report(f"starting {self._server.name}")
        stop_signal = self._server.stop_signal
        stop_remains(self._folder.server_lock, self._server.main_pid(), stop_signal)
        self._server.prepare(self._report)
        # Users know the port: it stays, whatever happens.
        self._port = self._port or self._folder.choose_port()
        command = self._server.command(self._port)
        process = start(self._folder, command, stop_signal, stdin=subprocess.DEVNULL)
        try:
            self._watch(process, self._port)
        finally:
            if process.poll() is None:
                stop(process, stop_signal)

    def _watch(self, process: subprocess.Popen[bytes], port: int) -> None:
        while not self._server.is_ready(process.pid, port):
            if self._should_stop():
                return
            if process.poll() is not None:
                reason = last_lines(self._folder.server_log)
                raise ExternalFailure(f"{self._server.name} does not start: {reason}")
            time.sleep(_STARTING_TICK_S)
        self._folder.write_state(State(Phase.READY, pid=process.pid, port=port))
        while process.poll() is None and not self._should_stop():
            time.sleep(_TICK_S)

    def _report(self, step: str) -> None:
        self._folder.write_state(State(Phase.STARTING, step))


def main() -> int:
    """Supervise the server in the folder ``argv[1]``, whose name is the kind of server."""
    if os.fork():
        os._exit(0)  # the user who started us waits for this process, and is no parent of the other
    os.umask(0o077)
    terminated = False

    def on_sigterm(_number: int, _frame: object) -> None:
        nonlocal terminated
        terminated = True

    signal.signal(signal.SIGTERM, on_sigterm)
    path = Path(sys.argv[1])
    server = server_in(path.parent, path.name)
    folder = server.folder
    folder.keep_previous_log()
    users = Users(folder.users_lock)
    try:
        Supervisor(server, lambda: terminated or users.have_gone()).run()
    except (HeatersError, OSError) as error:
        folder.write_state(State(Phase.FAILED, str(error)))
        return 1
    folder.write_state(State(Phase.STOPPED))
    return 0


if __name__ == "__main__":
    sys.exit(main())
