"""Use the embedded servers: start them where nobody has yet, keep them while they are used."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from heaters.domain.errors import HeatersError, InvalidConfiguration
from heaters.embedded.folder import Phase, ServerFolder, State, last_lines
from heaters.embedded.locks import locked, try_locked
from heaters.embedded.server import KINDS, Server, server_in

_POLL_S = 0.02
_GUARD_S = 1.0
_SUPERVISORS = 3  # lost in a row before a start is given up


class ServerFailed(HeatersError):
    """An embedded server does not start."""


@dataclass(frozen=True)
class ServerUrls:
    """Addresses of the servers, passwords included; empty for a server that was not asked for.

    Attributes:
        database_url: ``postgresql+psycopg://…``, for SQLAlchemy.
        redis_url: ``redis://…``, database 0.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)


@dataclass(frozen=True)
class ServerStatus:
    """One embedded server as ``heaters doctor`` shows it.

    Attributes:
        name: ``PostgreSQL`` or ``Valkey``.
        version: of the installed program.
        running: whether a process of the server is alive.
        port: TCP port on 127.0.0.1; None unless it is ready.
        pid: its main process; None unless it is ready.
        detail: the step of a start under way, or why the last start failed.
    """

    name: str
    version: str
    running: bool
    port: int | None
    pid: int | None
    detail: str


@contextmanager
def embedded_servers(
    data_dir: Path,
    *,
    postgres: bool = True,
    redis: bool = True,
    on_step: Callable[[str], None] = lambda _step: None,
) -> Iterator[ServerUrls]:
    """Use the servers below ``data_dir`` for the length of the block, starting them if need be.

    Any number of processes and threads may do so at a time. The servers stop soon after the last
    has left or died. Addresses stay valid throughout: a server that dies is started again with the
    same port and password, so a client only has to connect again.

    Args:
        data_dir: folder of all data; if it is missing it is made, for its owner only.
        postgres: whether PostgreSQL is wanted.
        redis: whether Valkey is wanted.
        on_step: called with what is being waited for, such as ``creating the database``.

    Raises:
        InvalidConfiguration: the data folder cannot be written.
        ServerFailed: a server does not start; the message has the reason from its log.
    """
    wanted = {"postgres": postgres, "valkey": redis}
    servers = {kind: server_in(data_dir, kind) for kind in KINDS if wanted[kind]}
    with ExitStack() as stack:
        try:
            urls = _enter(servers, stack, on_step)
        except OSError as error:
            raise InvalidConfiguration(
                f"the data folder {data_dir} cannot be used: {error.strerror}"
                " (HEATERS_DATA_DIR names another)"
            ) from error
        stack.enter_context(_guarding([server.folder for server in servers.values()]))
        yield ServerUrls(urls.get("postgres", ""), urls.get("valkey", ""))


def _enter(
    servers: Mapping[str, Server], stack: ExitStack, on_step: Callable[[str], None]
) -> dict[str, str]:
    """Become a user until ``stack`` closes, and return the addresses once all servers are ready."""
    came_s = time.monotonic()
    for server in servers.values():
        server.folder.create()
        lock = stack.enter_context(try_locked(server.folder.users_lock, shared=True))
        if lock is None:
            on_step(f"waiting until {server.name} has stopped")
            stack.enter_context(locked(server.folder.users_lock, shared=True))
        _ensure_supervisor(server.folder, came_s)
    return {
        kind: server.url(_wait_until_ready(server, came_s, on_step))
        for kind, server in servers.items()
    }


def _ensure_supervisor(folder: ServerFolder, came_s: float) -> bool:
    """Start a supervisor unless one lives, and return whether one was started.

    The supervisor inherits the lock that we take. Only who starts one may take it: for everybody
    else a taken lock means that a supervisor lives and that it, or its start, wrote the state.

    Raises:
        ServerFailed: the supervisor ended at once, or one that ended since ``came_s`` said why.
    """
    with try_locked(folder.supervisor_lock) as lock:
        if lock is None:
            return False
        _raise_failure(folder.read_state(), came_s)
        folder.write_state(State(Phase.STARTING))
        folder.supervisor_log.touch(mode=0o600)
        with folder.supervisor_log.open("ab") as log:
            launch = subprocess.run(
                [sys.executable, "-m", "heaters.embedded.supervisor", str(folder.path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],  # where -m finds the package
                pass_fds=[lock],
                start_new_session=True,  # out of reach of the terminal's Ctrl+C
                check=False,
            )
        if launch.returncode != 0:
            raise ServerFailed(last_lines(folder.supervisor_log))
        return True


def _wait_until_ready(server: Server, came_s: float, on_step: Callable[[str], None]) -> int:
    """Return the server's port once it takes connections.

    Raises:
        ServerFailed: a start failed since ``came_s``.
    """
    step = ""
    lost_supervisors = 0
    while lost_supervisors < _SUPERVISORS:
        state = server.folder.read_state()
        if state.phase is Phase.READY and state.port is not None:
            return state.port
        _raise_failure(state, came_s)
        if state.detail not in ("", step):
            on_step(step := state.detail)
        time.sleep(_POLL_S)
        lost_supervisors += _ensure_supervisor(server.folder, came_s)
    raise ServerFailed(
        f"the supervisor of {server.name} ends: {last_lines(server.folder.supervisor_log)}"
    )


def _raise_failure(state: State, came_s: float) -> None:
    """Raise what a start since ``came_s`` failed of; what failed before may succeed now."""
    if state.phase is Phase.FAILED and state.written_s >= came_s:
        raise ServerFailed(state.detail)


@contextmanager
def _guarding(folders: Sequence[ServerFolder]) -> Iterator[None]:
    """Start a supervisor again should it be killed; on Linux its server dies with it."""
    left = threading.Event()

    def guard() -> None:
        while not left.wait(_GUARD_S):
            for folder in folders:
                with suppress(OSError, ServerFailed):  # tried again at the next look
                    _ensure_supervisor(folder, came_s=time.monotonic())

    thread = threading.Thread(target=guard, name="embedded-servers-guard", daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()


def status(data_dir: Path) -> list[ServerStatus]:
    """Return how each embedded server below ``data_dir`` is; start and change nothing.

    Raises:
        InvalidConfiguration: a server's package is not installed.
        OSError: the folder is not ours to read.
    """
    return [_status(server_in(data_dir, kind)) for kind in KINDS]


def _status(server: Server) -> ServerStatus:
    folder = server.folder
    running = folder.server_lock.exists()
    if running:
        # The server's own lock: a look at the supervisor's could make a user believe in one.
        with try_locked(folder.server_lock, shared=True) as lock:
            running = lock is None
    state = folder.read_state()
    return ServerStatus(
        name=server.name,
        version=server.version(),
        running=running,
        port=state.port if running else None,
        pid=state.pid if running else None,
        detail=state.detail if running or state.phase is Phase.FAILED else "",
    )
