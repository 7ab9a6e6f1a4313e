"""The kinds of embedded servers, and what a supervisor and a user must know of each."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from heaters.embedded.folder import ServerFolder
from heaters.embedded.postgres import Postgres
from heaters.embedded.valkey import Valkey


class Server(Protocol):
    """One kind of server in its folder."""

    name: str
    stop_signal: signal.Signals
    folder: ServerFolder

    def prepare(self, report: Callable[[str], None]) -> None:
        """Make ready for a start, given that no process of the server is left."""
        ...

    def command(self, port: int) -> list[str]:
        """Return the command line of the server, which stays in the foreground."""
        ...

    def main_pid(self) -> int | None:
        """Return the id that the server's main process wrote down, which may be out of date."""
        ...

    def is_ready(self, pid: int, port: int) -> bool:
        """Return whether the process ``pid`` takes connections on ``port``."""
        ...

    def url(self, port: int) -> str:
        """Return the address for clients, with the password in it."""
        ...

    def version(self) -> str:
        """Return the version of the installed program."""
        ...


_KINDS: dict[str, Callable[[ServerFolder], Server]] = {"postgres": Postgres, "valkey": Valkey}
KINDS = tuple(_KINDS)


def server_in(data_dir: Path, kind: str) -> Server:
    """Return the server of this kind that lives below ``data_dir``."""
    return _KINDS[kind](ServerFolder(data_dir.resolve() / kind))
