"""What a person sees, and after how long, when a server is away: ``python -m benchmarks.faults``.

Each server stands behind a proxy that refuses, hangs, is slow, or cuts answers off in the middle.
Prints the table of docs/faults.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from heaters.config import Settings
from heaters.domain.errors import HeatersError
from heaters.runtime import Runtime, open_runtime
from heaters.services.ingest import add_address
from tests.support.proxy import Fault, Proxy, proxy_to
from tests.support.s3 import CREDENTIALS, s3_endpoint
from tests.support.servers import fresh_database, fresh_redis, running_servers

_PAGE_PATIENCE_S = 10
_SLOW_S = 0.1
_CASES = ("PostgreSQL", "Redis", "S3")


def main() -> None:
    """Print the table."""
    print("| server | what it does | what a person does | what they see | after |")
    print("|---|---|---|---|---|")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ.update(CREDENTIALS)
        servers = stack.enter_context(running_servers())
        endpoint = stack.enter_context(s3_endpoint())
        database, database_url = stack.enter_context(_behind(fresh_database(servers)))
        redis, redis_url = stack.enter_context(_behind(fresh_redis(servers)))
        s3, s3_url = stack.enter_context(_behind(endpoint.url))
        bucket = endpoint.new_bucket()
        settings = Settings.model_validate(
            {
                "data_dir": folder,
                "database_url": SecretStr(database_url),
                "redis_url": SecretStr(redis_url),
                "storage_url": f"s3://{bucket}/faults",
                "s3_endpoint_url": s3_url,
            }
        )
        environment = os.environ | {
            "HEATERS_DATA_DIR": str(folder),
            "HEATERS_DATABASE_URL": database_url,
            "HEATERS_REDIS_URL": redis_url,
            "HEATERS_STORAGE_URL": f"s3://{bucket}/faults",
            "HEATERS_S3_ENDPOINT_URL": s3_url,
        }
        with open_runtime(settings, migrate=True, patience_s=_PAGE_PATIENCE_S) as runtime:
            assert runtime.store
            runtime.store.put_bytes("benchmarks/one.json", b"1" * (64 << 10))
            for server, proxy in zip(_CASES, (database, redis, s3), strict=True):
                for fault in Fault:
                    for did, act in _acts(server, runtime, environment):
                        _tell(server, proxy, fault, did, act)


def _acts(
    server: str, runtime: Runtime, environment: dict[str, str]
) -> Iterator[tuple[str, Callable[[], str]]]:
    """Give what people do that needs the server."""

    def add_on_a_page() -> str:
        with runtime.database.unit_of_work() as uow:
            add_address(uow, f"https://example.org/{time.monotonic_ns()}.mp4")
        return "added"

    def command() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "heaters", "clips"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr.strip() or "the clips"

    def read_a_file() -> str:
        return f"{len(runtime.store.get_bytes('benchmarks/one.json')):,} bytes"

    match server:
        case "PostgreSQL":
            yield "adds a video on a page", add_on_a_page
            yield "`heaters clips`", command
        case "Redis":
            yield "adds a video on a page", add_on_a_page
            yield "`heaters clips`", command
        case _:
            yield "collects a file", read_a_file


def _tell(server: str, proxy: Proxy, fault: Fault, did: str, act: Callable[[], str]) -> None:
    proxy.slow_s = _SLOW_S
    proxy.set(fault)
    begun_s = time.monotonic()
    try:
        seen = act()
    except HeatersError as error:
        seen = str(error)
    after_s = time.monotonic() - begun_s
    proxy.set(Fault.NONE)
    words = " ".join(seen.split()).replace("|", "/")
    words = words.replace(str(proxy.port), "PORT")
    print(f"| {server} | {fault.value} | {did} | {words} | {after_s:.1f} s |", flush=True)


@contextmanager
def _behind(address: str) -> Iterator[tuple[Proxy, str]]:
    url = urlsplit(address)
    with proxy_to(url.hostname or "", url.port or 0) as proxy:
        yield proxy, address.replace(f":{url.port}", f":{proxy.port}")


if __name__ == "__main__":
    main()
