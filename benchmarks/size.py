"""A library of 10,000 videos, 1,000,000 clips and 1,000,000 actions: what people wait for, chores.

The library is made in the database, and by every rule of the check it is sound. What a page, a
command or a look-up of ``tests/support/reads.py`` asks of the database counts as one: by the clock,
and as the time that the server's process ran, which other work on the machine leaves as it is. A
listing counts until its first rows are there. Chores and commands have processes of their own. The
object store is played from the rows (``size_child.py``): its own time is small and counted in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from heaters.connection import connect
from heaters.migrations import upgrade
from heaters.repositories import listing
from heaters.repositories.database import Database
from heaters.services.reviewing import archive
from tests.support.large import ME, Large, seed
from tests.support.reads import reads_of
from tests.support.servers import RunningServers, fresh_database, running_servers

VIDEOS = int(os.environ.get("BENCHMARK_VIDEOS", "10000"))
EMBEDDED_VIDEOS = VIDEOS // 100
ROUNDS = 40
WARM_UP = 5
ARCHIVED_SHARE = 50  # one video in this many has its clips archived, so that files retire


class Stopwatch:
    """Adds up what the statements of an engine take.

    Attributes:
        ms: by the clock, the wait for a processor included.
        cpu_ms: of the server's process alone: what a machine with nothing else to do takes when
            the pages that are read are in memory.
    """

    def __init__(self, engine: Engine) -> None:
        self.reset()
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)

    def reset(self) -> None:
        """Begin again at zero."""
        self.ms = self.cpu_ms = 0.0

    def _begin(self, connection: Connection, *_: object) -> None:
        self._began, self._began_cpu = time.perf_counter(), _cpu_ms(connection)

    def _end(self, connection: Connection, *_: object) -> None:
        self.ms += (time.perf_counter() - self._began) * 1000
        self.cpu_ms += _cpu_ms(connection) - self._began_cpu


def _cpu_ms(connection: Connection) -> float:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return _process_cpu_ms(driver.info.backend_pid)


def _process_cpu_ms(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def read_all(database: Database, url: str, large: Large) -> dict[str, object]:
    """Return p50 and p95 of each read, and the largest p95 of all."""
    watch = Stopwatch(database.engine)

    def timed(read: Callable[..., object]) -> tuple[float, float]:
        watch.reset()
        with database.unit_of_work() as uow:
            read(uow)
        return watch.ms, watch.cpu_ms

    figures: dict[str, dict[str, float]] = {}
    for name, read in reads_of(large).items():
        figures[name] = _percentiles([timed(read) for _ in range(WARM_UP + ROUNDS)][WARM_UP:])
        print(name, figures[name], file=sys.stderr, flush=True)
    with connect(url) as connection:
        connection.read_only = True
        for name, listed in {
            "first row of all videos": listing.videos,
            "first row of all clips": listing.clips,
            "first row of a video's clips": lambda c: listing.clips(c, video_id=VIDEOS // 2),
            "first row of the clips in a state": lambda c: listing.clips(c, state="exported"),
        }.items():
            times = [_first_row(connection, listed) for _ in range(WARM_UP + ROUNDS)]
            figures[name] = _percentiles(times[WARM_UP:])
            print(name, figures[name], file=sys.stderr, flush=True)
    return {
        "reads": figures,
        **{
            f"largest_{kind}": max(one[kind] for one in figures.values())
            for kind in ("p95_ms", "p95_cpu_ms")
        },
    }


def _first_row(
    connection: psycopg.Connection, listed: Callable[..., Iterator[object]]
) -> tuple[float, float]:
    pid = connection.info.backend_pid
    began, began_cpu = time.perf_counter(), _process_cpu_ms(pid)
    next(listed(connection), None)
    elapsed = (time.perf_counter() - began) * 1000, _process_cpu_ms(pid) - began_cpu
    connection.rollback()
    return elapsed


def _percentiles(times: list[tuple[float, float]]) -> dict[str, float]:
    walls, cpus = sorted(wall for wall, _ in times), sorted(cpu for _, cpu in times)
    at = len(times) * 95 // 100
    return {
        "p50_ms": round(walls[len(times) // 2], 1),
        "p95_ms": round(walls[at], 1),
        "p95_cpu_ms": round(cpus[at], 1),
    }


def retire_some(database: Database, large: Large) -> int:
    """Archive what is approved in some videos, as their reviewer would; return how many clips."""
    count = 0
    for video_id in range(large.first_video, large.last_video, ARCHIVED_SHARE):
        with database.unit_of_work() as uow, uow.session.connection().connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM clips WHERE video_id = %s AND state IN ('keyframed', 'embedded')",
                [video_id],
            )
            ids = [clip_id for (clip_id,) in cursor.fetchall()]
            archive(uow, ids, reviewer_id=ME)
            count += len(ids)
    return count


def in_child(url: str, folder: Path, *arguments: str) -> dict[str, object]:
    """Do it in a process of its own; return seconds, peak memory, and what it found."""
    command = [sys.executable, "-m", "benchmarks.size_child", *arguments]
    settings = {
        "HEATERS_DATABASE_URL": url,
        "HEATERS_DATA_DIR": str(folder),
        "HEATERS_RETENTION_DAYS": "0",
    }
    with (folder / "out").open("wb") as out:
        done = subprocess.run(
            command, env=os.environ | settings, stdout=out, stderr=subprocess.PIPE, check=False
        )
    told = done.stderr.decode().splitlines()
    print(arguments, *told[-3:], sep="\n", file=sys.stderr, flush=True)
    figures = json.loads(told[-1])
    if arguments[0] != "heaters":
        found = json.loads(told[-2])
        figures |= found if isinstance(found, dict) else {"error": found}
    return figures


def measure(folder: Path) -> dict[str, object]:
    """Return every figure of this file."""
    with running_servers() as servers:
        url = fresh_database(servers)
        database = Database(url)
        upgrade(database.engine)
        return _measure(servers, database, url, folder)


def _measure(
    servers: RunningServers, database: Database, url: str, folder: Path
) -> dict[str, object]:
    began = time.monotonic()
    large = seed(
        servers.superuser_dsn(make_url(url).database or ""),
        VIDEOS,
        embedded_videos=EMBEDDED_VIDEOS,
    )
    report: dict[str, object] = {
        "library": {"videos": VIDEOS, "clips": large.clips, "actions": large.clips},
        "seeding_s": round(time.monotonic() - began),
    }
    print(report, file=sys.stderr, flush=True)
    report |= read_all(database, url, large)
    children = {"check": in_child(url, folder, "check")}
    for name, arguments in {
        "clips --json": ("heaters", "clips", "--json"),
        "videos --json": ("heaters", "videos", "--json"),
        "collect without bytes": ("collect",),
    }.items():
        children[name] = in_child(url, folder, *arguments)
    report["clips archived"] = retire_some(database, large)
    for name in ("retire", "verify", "sweep"):
        children[f"chore {name}"] = in_child(url, folder, name)
    report["processes"] = children
    report["largest_peak_mb"] = max(float(str(one["peak_mb"])) for one in children.values())
    return report


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        json.dump(measure(Path(scratch)), sys.stdout, indent=2)
