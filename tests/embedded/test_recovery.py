"""Whatever is killed, clients can connect again at the same address and find what they wrote."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from heaters.embedded import ServerUrls, embedded_servers, status
from heaters.embedded.folder import ServerFolder
from heaters.embedded.locks import locked, try_locked
from heaters.embedded.processes import stop_remains
from tests.embedded.support import (
    POSTGRES,
    VALKEY,
    connect,
    connect_again,
    eventually,
    parent_pid,
    ready_pid,
    valkey,
    valkey_again,
)
from tests.embedded.user import UserProcess


@pytest.fixture(scope="module")
def data_dir(created_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(created_once, tmp_path_factory.mktemp("recovery") / "data"))


@pytest.fixture(scope="module")
def urls(data_dir: Path) -> Iterator[ServerUrls]:
    with embedded_servers(data_dir) as urls:
        yield urls


def commit(urls: ServerUrls, table: str) -> None:
    statement = sql.SQL("CREATE TABLE {} AS SELECT 42 AS value")
    connect(urls).execute(statement.format(sql.Identifier(table)))


def committed(connection: psycopg.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(table))).fetchall()


def test_committed_rows_survive_a_kill_of_postgres(data_dir: Path, urls: ServerUrls) -> None:
    commit(urls, "before_kill")
    killed = ready_pid(data_dir, POSTGRES)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: assert_replaced(data_dir, POSTGRES, killed))
    assert committed(connect_again(urls), "before_kill") == [(42,)]


def test_a_backend_deep_in_a_query_does_not_hold_up_a_killed_postgres(
    data_dir: Path, urls: ServerUrls
) -> None:
    connection = connect(urls)
    # Computes without ever waiting, so it does not notice that the postmaster has died.
    endless = threading.Thread(target=run_endless_query, args=[connection])
    endless.start()
    backend = connection.info.backend_pid
    eventually(lambda: assert_computing(urls, backend))
    killed = ready_pid(data_dir, POSTGRES)
    os.kill(killed, signal.SIGKILL)
    endless.join()
    eventually(lambda: assert_replaced(data_dir, POSTGRES, killed))
    assert connect_again(urls).execute("SELECT 1").fetchone() == (1,)


def run_endless_query(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("DO $$ DECLARE n bigint := 0; BEGIN LOOP n := n + 1; END LOOP; END $$")


def assert_computing(urls: ServerUrls, backend: int) -> None:
    with connect(urls) as connection:
        assert connection.execute(
            "SELECT state FROM pg_stat_activity WHERE pid = %s", [backend]
        ).fetchone() == ("active",)


def test_what_valkey_has_on_disk_survives_its_kill(data_dir: Path, urls: ServerUrls) -> None:
    client = valkey(urls)
    client.set("before_kill", "42")
    client.execute_command("WAITAOF", 1, 0, 0)  # returns once the write is fsynced
    killed = ready_pid(data_dir, VALKEY)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: assert_replaced(data_dir, VALKEY, killed))
    assert valkey_again(urls).get("before_kill") == "42"


@pytest.mark.parametrize("name", [POSTGRES, VALKEY])
def test_users_replace_a_killed_supervisor(data_dir: Path, urls: ServerUrls, name: str) -> None:
    table = f"before_the_kill_of_{name}"
    commit(urls, table)
    killed = ready_pid(data_dir, name)
    os.kill(parent_pid(killed), signal.SIGKILL)
    eventually(lambda: assert_replaced(data_dir, name, killed))
    assert valkey_again(urls).ping()
    assert committed(connect_again(urls), table) == [(42,)]


def test_servers_do_not_outlive_all_their_users_and_supervisors(created: Path) -> None:
    with UserProcess(created) as user:
        urls = user.wait_for_urls()
        commit(urls, "before_kill")
        supervisors = {parent_pid(ready_pid(created, name)) for name in (POSTGRES, VALKEY)}
        user.kill()
        for supervisor in supervisors:
            os.kill(supervisor, signal.SIGKILL)
    for kind in ("postgres", "valkey"):
        with locked(ServerFolder(created / kind).server_lock):
            pass  # free once the last process of the server has ended
    with embedded_servers(created) as urls_later:
        assert urls_later == urls
        assert committed(connect(urls_later), "before_kill") == [(42,)]


def assert_replaced(data_dir: Path, name: str, pid: int) -> None:
    server = next(server for server in status(data_dir) if server.name == name)
    assert server.running
    assert server.pid not in (None, pid)


def test_a_killed_client_leaves_its_transaction_undone(urls: ServerUrls) -> None:
    with connect(urls) as connection:
        connection.execute("CREATE TABLE undone (value int)")
    client = subprocess.Popen(
        [sys.executable, "-c", _OPEN_TRANSACTION],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write(urls.database_url.replace("+psycopg", "") + "\n")
    client.stdin.flush()
    assert client.stdout.readline() == "inserted\n"
    client.kill()
    client.communicate()
    with connect(urls) as connection:
        connection.execute("ALTER TABLE undone ADD COLUMN waited int")  # for its locks to go
        assert committed(connection, "undone") == []


_OPEN_TRANSACTION = """
import sys, psycopg
connection = psycopg.connect(sys.stdin.readline().strip())
connection.execute("INSERT INTO undone VALUES (1)")
print("inserted", flush=True)
sys.stdin.read()
"""


def test_a_pid_file_that_names_a_living_stranger_does_not_prevent_a_start(created: Path) -> None:
    # As after a power failure: the file is left, its number by now someone else's, here ours.
    data = created / "postgres" / "data"
    (data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{data}\n1\n5432\n\n127.0.0.1\n1 1\nready\n"
    )
    with embedded_servers(created, redis=False) as urls:
        assert connect(urls).execute("SELECT 1").fetchone() == (1,)


def test_remains_are_asked_to_stop_before_the_next_start(tmp_path: Path) -> None:
    lock_file = tmp_path / "server.lock"
    with locked(lock_file) as lock:
        orphan = subprocess.Popen(
            [sys.executable, "-c", _ORPHAN], stdout=subprocess.PIPE, pass_fds=[lock]
        )
    assert orphan.stdout is not None
    assert orphan.stdout.readline() == b"up\n"
    stop_remains(lock_file, orphan.pid, signal.SIGTERM)
    assert orphan.communicate()[0] == b"asked\n"
    with try_locked(lock_file) as free:
        assert free is not None


_ORPHAN = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("up", flush=True)
signal.sigwait([signal.SIGTERM])
print("asked", flush=True)
"""
