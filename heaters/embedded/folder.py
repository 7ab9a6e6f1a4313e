"""The folder of one embedded server: its locks, secrets, port, state and data."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from heaters.domain.errors import InvalidConfiguration

# Below the ranges that Linux and macOS take the ports of outgoing connections from: one of those
# cannot sit on our port while the server is restarted.
_PORTS = range(15_000, 32_000)


class Phase(StrEnum):
    """How far a supervisor has come with its server."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class State:
    """What a supervisor tells the users of its server.

    Attributes:
        phase: how far it has come.
        detail: while starting, the step; when failed, why; each one line for a person.
        pid: process id of the server, once it runs.
        port: TCP port on 127.0.0.1, once it is known.
        written_s: when this was told, on this machine's monotonic clock.
    """

    phase: Phase
    detail: str = ""
    pid: int | None = None
    port: int | None = None
    written_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class ServerFolder:
    """Paths and small files below ``path``, which is 0700; files here are 0600.

    Three locks say who lives. ``users_lock`` is held shared by every user of the server, and
    exclusively by a supervisor that stops it. ``supervisor_lock`` is held by the supervisor, which
    inherits it from the user that started it. ``server_lock`` is inherited by the server and all
    its processes: whoever holds it knows that none is left.
    """

    path: Path

    @property
    def users_lock(self) -> Path:
        """Lock file of the users."""
        return self.path / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Lock file of the supervisor."""
        return self.path / "supervisor.lock"

    @property
    def server_lock(self) -> Path:
        """Lock file of the server's processes."""
        return self.path / "server.lock"

    @property
    def data(self) -> Path:
        """Folder that the server keeps its data in."""
        return self.path / "data"

    @property
    def server_log(self) -> Path:
        """What the server printed since its supervisor started."""
        return self.path / "server.log"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor printed: nothing, unless it failed."""
        return self.path / "supervisor.log"

    def create(self) -> None:
        """Make the folder, private to its owner; its parents too, if they are missing.

        Raises:
            InvalidConfiguration: it is another user's.
            OSError: it cannot be made or entered.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)
        if (owner := self.path.stat().st_uid) != os.geteuid():
            raise InvalidConfiguration(
                f"{self.path} belongs to user {owner}: run heaters as that user, or set"
                " HEATERS_DATA_DIR to a folder of your own"
            )
        self.path.chmod(0o700)

    def read_state(self) -> State:
        """Return what the supervisor last told."""
        try:
            values = json.loads((self.path / "state.json").read_text())
        except FileNotFoundError:
            return State(Phase.STOPPED)
        return State(Phase(values.pop("phase")), **values)

    def write_state(self, state: State) -> None:
        """Tell the users how far the server is."""
        self.write("state.json", json.dumps(asdict(state)))

    def secret(self, name: str) -> str:
        """Return the secret kept in the file ``name``; made at the first call, safe in a URL."""
        path = self.path / name
        if not path.exists():
            self.write(name, secrets.token_urlsafe(24))
        return path.read_text()

    def choose_port(self) -> int:
        """Return the port chosen before if it is free, or else a free one, kept for next time."""
        path = self.path / "port"
        if path.exists() and _is_free(port := int(path.read_text())):
            return port
        port = next(port for port in random.sample(_PORTS, len(_PORTS)) if _is_free(port))
        self.write("port", str(port))
        return port

    def keep_previous_log(self) -> None:
        """Begin a new server log; the one before is kept, so two is what there ever are."""
        with suppress(FileNotFoundError):
            self.server_log.replace(self.server_log.with_suffix(".log.previous"))

    def write(self, name: str, text: str) -> Path:
        """Write a 0600 file whole or not at all, so that a reader never sees a part of it."""
        draft = self.path / f"{name}.{os.getpid()}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        return draft.replace(self.path / name)


def last_lines(log: Path, count: int = 3) -> str:
    """Return the last ``count`` lines of ``log`` that are not blank, joined into one."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    return " | ".join([line for line in lines if line][-count:])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
