"""A server that cannot start says why in one line; what can be made to work, works."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from heaters.domain.errors import InvalidConfiguration
from heaters.embedded import ServerFailed, embedded_servers, status
from heaters.embedded.folder import Phase, ServerFolder, State
from heaters.embedded.locks import locked
from tests.embedded.support import connect, valkey
from tests.embedded.user import ROOT, UserProcess, command
from tests.support.servers import wait_until_stopped


def start_postgres(data_dir: Path) -> None:
    with embedded_servers(data_dir, redis=False):
        pass


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(InvalidConfiguration, match=r"file cannot be used.*HEATERS_DATA_DIR"),
        embedded_servers(tmp_path / "file"),
    ):
        pass


def test_a_folder_of_another_major_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    version_file = tmp_path / "postgres" / "data" / "PG_VERSION"
    version_file.parent.mkdir(parents=True)
    version_file.write_text("17\n")
    with (
        pytest.raises(ServerFailed, match="made by PostgreSQL 17, this is PostgreSQL 18"),
        embedded_servers(tmp_path, redis=False),
    ):
        pass
    assert [path.name for path in version_file.parent.iterdir()] == ["PG_VERSION"]
    assert "PostgreSQL 17" in next(s.detail for s in status(tmp_path) if s.name == "PostgreSQL")


def test_a_disk_that_is_full_is_named_and_the_next_try_begins_again(tmp_path: Path) -> None:
    limited = subprocess.run(
        command(tmp_path),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        # No file may grow beyond 1 MB: writes fail as they do on a full disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6)),
        check=False,
    )
    last_line = limited.stderr.splitlines()[-1]
    assert "ServerFailed: cannot create the database in" in last_line
    assert "File too large" in last_line
    assert (tmp_path / "postgres" / "data.new").exists()
    start_postgres(tmp_path)
    assert not (tmp_path / "postgres" / "data.new").exists()


def test_a_damaged_database_gives_the_reason_from_its_log(created: Path) -> None:
    (created / "postgres" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(ServerFailed, match=r"PostgreSQL does not start: .*pg_control"):
        start_postgres(created)


def test_a_failure_from_before_is_not_taken_for_ours(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path / "valkey")
    folder.create()
    folder.write_state(State(Phase.FAILED, "an old failure", written_s=time.monotonic()))
    with ExitStack() as ending_supervisor:
        ending_supervisor.enter_context(locked(folder.supervisor_lock))

        def on_step(step: str) -> None:
            if step == "an old failure":
                ending_supervisor.close()

        with embedded_servers(tmp_path, postgres=False, on_step=on_step) as urls:
            assert valkey(urls).ping()


def test_a_port_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    with embedded_servers(tmp_path, postgres=False) as urls:
        pass
    wait_until_stopped(tmp_path)
    with (
        socket.create_server(("127.0.0.1", make_url(urls.redis_url).port or 0)),
        embedded_servers(tmp_path, postgres=False) as urls_later,
    ):
        assert valkey(urls_later).ping()
        assert urls_later != urls


def test_postgres_runs_where_user_namespaces_are_forbidden(
    created: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = created / "bin" / "unshare"
    forbidden.parent.mkdir()
    forbidden.write_text("#!/bin/sh\nexit 1\n")
    forbidden.chmod(0o755)
    created.parent.chmod(0o700)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{forbidden.parent}:{path}")
    with embedded_servers(created, redis=False) as urls:
        connect(urls).execute("CREATE TABLE kept ()")
        if os.geteuid() == 0:
            assert (created / "postgres" / "data").owner() == "nobody"
    wait_until_stopped(created)
    monkeypatch.setenv("PATH", path)
    with embedded_servers(created, redis=False) as urls:
        assert connect(urls).execute("TABLE kept").fetchall() == []
        assert (created / "postgres" / "data").stat().st_uid == os.geteuid()


def test_servers_run_for_an_ordinary_user(created: Path) -> None:
    prefix = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]
    with UserProcess(created, prefix=prefix if os.geteuid() == 0 else []) as user:
        assert connect(user.wait_for_urls()).execute("SELECT 1").fetchone() == (1,)
        assert all(server.running for server in status(created))
