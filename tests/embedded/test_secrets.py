"""Nobody but the owner of the data folder can reach the servers or learn their passwords."""

from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from heaters.embedded import status
from heaters.embedded.server import KINDS, server_in
from tests.embedded.support import connect
from tests.support.servers import RunningServers


def passwords(servers: RunningServers) -> list[str]:
    files = sorted(servers.data_dir.glob("*/*password"))
    assert [file.name for file in files] == ["password", "superuser.password", "password"]
    return [file.read_text() for file in files]


def test_no_process_has_a_password_in_its_arguments_or_variables(
    servers: RunningServers,
) -> None:
    seen = b""
    for kind, server in zip(KINDS, status(servers.data_dir), strict=True):
        # What a process shows may be rewritten once it runs: look at the original, too.
        command = server_in(servers.data_dir, kind).command(server.port or 0)
        seen += " ".join(command).encode()
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                seen += (process / name).read_bytes()
            except OSError:
                continue  # it has ended
    assert str(servers.data_dir).encode() in seen
    assert not [password for password in passwords(servers) if password.encode() in seen]


def test_everything_in_the_data_folder_is_for_its_owner_only(servers: RunningServers) -> None:
    kinds = [servers.data_dir / "postgres", servers.data_dir / "valkey"]
    paths = kinds + [path for kind in kinds for path in kind.rglob("*")]
    open_to_others = [path for path in paths if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    assert open_to_others == []


def test_no_log_holds_a_password(servers: RunningServers) -> None:
    logs = b"".join(log.read_bytes() for log in servers.data_dir.rglob("*.log*"))
    assert b"ready to accept connections" in logs
    assert not [password for password in passwords(servers) if password.encode() in logs]


def test_addresses_do_not_show_when_printed(servers: RunningServers) -> None:
    assert repr(servers.urls) == "ServerUrls()"


def test_a_wrong_password_is_refused(servers: RunningServers) -> None:
    wrong = make_url(servers.urls.database_url).set(drivername="postgresql", password="wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong.render_as_string(hide_password=False))
    address = servers.urls.redis_url.rpartition("@")[2]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://:wrong@{address}").ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{address}").ping()


def test_passwords_are_kept_as_scram(servers: RunningServers) -> None:
    with psycopg.connect(servers.superuser_dsn()) as connection:
        stored = connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin")
        assert {role: secret.split("$")[0] for role, secret in stored} == {
            "postgres": "SCRAM-SHA-256",
            "heaters": "SCRAM-SHA-256",
        }


def test_the_servers_listen_on_loopback_only(servers: RunningServers) -> None:
    ports = {server.port for server in status(servers.data_dir)}
    listening: list[tuple[str, int | None]] = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, _, port = local.rpartition(":")
            if state == "0A" and int(port, 16) in ports:  # 0A: LISTEN
                listening.append((address, int(port, 16)))
    assert sorted(listening) == sorted(("0100007F", port) for port in ports)


def test_the_owner_of_the_database_is_no_superuser_and_has_the_extensions(
    servers: RunningServers,
) -> None:
    with connect(servers.urls) as connection:
        user = connection.execute("SELECT usename, usesuper FROM pg_user WHERE usename = user")
        assert user.fetchone() == ("heaters", False)
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        nearest = connection.execute("SELECT '[1,2]'::halfvec <-> '[1,2]'::halfvec").fetchone()
        assert nearest == (0.0,)
