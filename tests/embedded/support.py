"""What the tests of the embedded servers ask of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg
import redis

from heaters.embedded import ServerUrls, status

POSTGRES, VALKEY = "PostgreSQL", "Valkey"
Answer = TypeVar("Answer")


def connect(urls: ServerUrls) -> psycopg.Connection:
    """Connect to the database; each statement is a transaction of its own."""
    return psycopg.connect(urls.database_url.replace("+psycopg", ""), autocommit=True)


def connect_again(urls: ServerUrls) -> psycopg.Connection:
    """Connect as soon as the database, which is being started again, takes connections."""
    return eventually(lambda: connect(urls), psycopg.OperationalError)


def valkey(urls: ServerUrls) -> redis.Redis:
    """Return a client of Valkey."""
    return redis.Redis.from_url(urls.redis_url, decode_responses=True)


def valkey_again(urls: ServerUrls) -> redis.Redis:
    """Return a client as soon as Valkey, which is being started again, answers."""
    client = valkey(urls)
    eventually(client.ping, redis.ConnectionError)
    return client


def eventually(ask: Callable[[], Answer], error: type[Exception] = AssertionError) -> Answer:
    """Return what ``ask`` returns once it no longer raises ``error``; give up after a minute."""
    give_up_s = time.monotonic() + 60
    while True:
        try:
            return ask()
        except error:
            if time.monotonic() > give_up_s:
                raise
            time.sleep(0.01)


def server_pids(data_dir: Path) -> dict[str, int | None]:
    """Return the process ids of the servers that are ready, by name."""
    return {server.name: server.pid for server in status(data_dir)}


def ready_pid(data_dir: Path, name: str) -> int:
    """Return the process id of the server ``name``, which is ready."""
    pid = server_pids(data_dir)[name]
    assert pid is not None
    return pid


def parent_pid(pid: int) -> int:
    """Return the id of the parent of process ``pid``: of a server, its supervisor."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
