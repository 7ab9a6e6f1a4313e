"""Servers start on demand, are shared by all who use one folder, and stop with the last.

How a server is shared does not depend on its kind: most tests take the one that starts faster.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis

from heaters.embedded import embedded_servers, status
from heaters.embedded.folder import ServerFolder
from heaters.embedded.locks import locked, try_locked
from heaters.embedded.supervisor import Users
from tests.embedded.support import POSTGRES, VALKEY, connect, eventually, ready_pid, valkey
from tests.embedded.user import UserProcess
from tests.support.servers import wait_until_stopped


def running(data_dir: Path) -> list[str]:
    return [server.name for server in status(data_dir) if server.running]


def assert_kept_out(users_lock: Path) -> None:
    with try_locked(users_lock, shared=True) as entered:
        assert entered is None


def test_servers_start_on_demand_and_stop_with_their_last_user(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert running(data_dir) == []
    steps: list[str] = []
    with embedded_servers(data_dir, on_step=steps.append) as urls:
        assert running(data_dir) == [POSTGRES, VALKEY]
        with connect(urls) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
        valkey(urls).set("kept", "42")
    assert "creating the database" in steps
    wait_until_stopped(data_dir)
    assert running(data_dir) == []
    with pytest.raises(psycopg.OperationalError):
        connect(urls)
    with pytest.raises(redis.ConnectionError):
        valkey(urls).ping()
    with embedded_servers(data_dir) as urls_later:
        assert urls_later == urls
        assert connect(urls_later).execute("TABLE kept").fetchall() == [(42,)]
        assert valkey(urls_later).get("kept") == "42"


def test_processes_that_come_at_once_share_one_server(tmp_path: Path) -> None:
    with ExitStack() as stack:
        users = [stack.enter_context(UserProcess(tmp_path, postgres=False)) for _ in range(4)]
        all_urls = {user.wait_for_urls() for user in users}
        assert len(all_urls) == 1
        assert valkey(all_urls.pop()).ping()


def test_a_server_outlives_the_user_who_started_it(tmp_path: Path) -> None:
    with UserProcess(tmp_path, postgres=False) as first:
        first.wait_for_urls()
        pid = ready_pid(tmp_path, VALKEY)
        with embedded_servers(tmp_path, postgres=False) as urls:
            first.kill()
            with try_locked(ServerFolder(tmp_path / "valkey").users_lock) as all_gone:
                assert all_gone is None  # so the supervisor does not find them gone either
            assert ready_pid(tmp_path, VALKEY) == pid
            assert valkey(urls).ping()


def test_a_killed_user_counts_as_gone(tmp_path: Path) -> None:
    with UserProcess(tmp_path, postgres=False) as user:
        user.wait_for_urls()
        user.kill()
    wait_until_stopped(tmp_path)
    assert running(tmp_path) == []


def test_a_user_who_comes_while_a_server_stops_waits_and_gets_a_new_one(tmp_path: Path) -> None:
    with embedded_servers(tmp_path, postgres=False):
        pid = ready_pid(tmp_path, VALKEY)
        os.kill(pid, signal.SIGSTOP)  # its stop will take until we let it go on
    users_lock = ServerFolder(tmp_path / "valkey").users_lock
    eventually(lambda: assert_kept_out(users_lock))
    steps: list[str] = []

    def on_step(step: str) -> None:
        if not steps:
            os.kill(pid, signal.SIGCONT)
        steps.append(step)

    with embedded_servers(tmp_path, postgres=False, on_step=on_step) as urls:
        assert valkey(urls).ping()
        assert ready_pid(tmp_path, VALKEY) != pid
    assert steps[0] == "waiting until Valkey has stopped"


def test_a_supervisor_decides_to_stop_only_while_it_keeps_users_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heaters.embedded.supervisor.LINGER_S", 0.0)
    lock = tmp_path / "users.lock"
    users = Users(lock)
    with locked(lock, shared=True):
        assert not users.have_gone()
    assert users.have_gone()
    assert_kept_out(lock)


def test_a_user_who_comes_while_a_supervisor_lingers_need_not_wait(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.lock")
    assert not users.have_gone()
    with try_locked(tmp_path / "users.lock", shared=True) as entered:
        assert entered is not None


def test_only_the_server_that_is_wanted_is_started(tmp_path: Path) -> None:
    with embedded_servers(tmp_path, postgres=False) as urls:
        assert urls.database_url == ""
        assert running(tmp_path) == [VALKEY]
    assert not (tmp_path / "postgres").exists()


def test_another_folder_has_a_server_of_its_own(tmp_path: Path) -> None:
    with (
        embedded_servers(tmp_path / "one", postgres=False) as one,
        embedded_servers(tmp_path / "two", postgres=False) as two,
    ):
        valkey(one).set("mine", "1")
        assert valkey(two).get("mine") is None
        one_port, one_password = one.redis_url.split("@")
        two_port, two_password = two.redis_url.split("@")
        assert one_port != two_port
        assert one_password != two_password


def test_a_folder_may_have_a_long_name_with_spaces_and_quotes(tmp_path: Path) -> None:
    data_dir = tmp_path / 'it\'s a "good" name; $HOME %s \\' / ("long " * 40)
    with embedded_servers(data_dir) as urls:
        assert connect(urls).execute("SELECT 1").fetchone() == (1,)
        assert valkey(urls).ping()
    assert (data_dir / "postgres" / "data" / "PG_VERSION").is_file()
    assert (data_dir / "valkey" / "data" / "appendonlydir").is_dir()
