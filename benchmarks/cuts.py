"""What a cut costs: against bare statements, on few clips and on many, with one writer and eight.

A bare transaction updates and inserts as many rows with the same values, by prepared statements of
psycopg, on the same connection: it reads nothing, locks nothing first and checks nothing. It does
so once in the same tables, and once in tables with the same columns and b-tree indexes but without
any constraint or trigger, which guard nothing and announce nothing. Service and bare transactions
take turns, so that a busy machine slows all.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection
from sqlmodel import Session

from heaters.repositories.database import Database, UnitOfWork
from heaters.services.cutting import add_cut, remove_cut
from heaters.services.invariants import check_invariants
from tests.support.desk import Desk
from tests.support.servers import fresh_database, running_servers
from tests.support.storm import storm

FRAMES_PER_CLIP = 100
ROUNDS = 400
WARM_UP = 40
WRITER_OPERATIONS = 300

BARE_TABLES = """
    CREATE TABLE bare_videos (LIKE videos INCLUDING DEFAULTS);
    ALTER TABLE bare_videos ADD PRIMARY KEY (id);
    CREATE INDEX ON bare_videos (state);
    CREATE TABLE bare_clips (LIKE clips INCLUDING DEFAULTS);
    ALTER TABLE bare_clips ADD PRIMARY KEY (id);
    CREATE INDEX ON bare_clips (video_id, start_frame) WHERE state <> 'superseded';
    CREATE INDEX ON bare_clips (state);
    CREATE INDEX ON bare_clips (group_id);
    CREATE TABLE bare_actions (LIKE actions INCLUDING DEFAULTS);
    ALTER TABLE bare_actions ADD PRIMARY KEY (id);
    CREATE INDEX ON bare_actions (video_id, revision);
    CREATE INDEX ON bare_actions (reviewer_id, id);
    CREATE INDEX ON bare_actions (reverses_id);
    INSERT INTO bare_videos SELECT * FROM videos;
    INSERT INTO bare_clips SELECT * FROM clips;
"""


class Bare:
    """Adds and removes a cut by the bare statements, on a driver's connection.

    The names of its tables begin with ``prefix``; the video's first clip is whole.
    """

    def __init__(self, connection: Connection, video_id: int, prefix: str) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        self._commit, self._cursor = driver.commit, driver.cursor()
        self._video_id, self._prefix = video_id, prefix
        self._revision = 1
        self._cursor.execute(
            f"SELECT id FROM {prefix}clips WHERE video_id = %s AND start_frame = 0", [video_id]
        )
        self._clip_ids = [clip_id for (clip_id,) in self._cursor.fetchall()]
        self._commit()

    def add(self, frame: int) -> None:
        """Update one clip and insert two, as ``add_cut`` does."""
        self._change([(0, frame), (frame, FRAMES_PER_CLIP)], "add_cut", frame)

    def remove(self, frame: int) -> None:
        """Update two clips and insert one, as ``remove_cut`` does."""
        self._change([(0, FRAMES_PER_CLIP)], "remove_cut", frame)

    def _change(self, made: list[tuple[int, int]], kind: str, frame: int) -> None:
        self._revision += 1
        status = {"state": "pending_review", "group_id": None, "revision": self._revision}
        change = {"clip_id": 1, "start_frame": 0, "end_frame": 9, "before": status, "after": status}
        self._cursor.execute(
            f"UPDATE {self._prefix}clips"
            " SET state = 'superseded', revision = %s WHERE id = ANY(%s)",
            [self._revision, self._clip_ids],
        )
        values = [
            value for start, end in made for value in (self._video_id, start, end, self._revision)
        ]
        rows = ", ".join(["(%s, %s, %s, 'pending_review', %s, now())"] * len(made))
        self._cursor.execute(
            f"INSERT INTO {self._prefix}clips"
            " (video_id, start_frame, end_frame, state, revision, created_at)"
            f" VALUES {rows} RETURNING id",
            values,
        )
        self._clip_ids = [clip_id for (clip_id,) in self._cursor.fetchall()]
        self._cursor.execute(
            f"UPDATE {self._prefix}videos SET revision = %s WHERE id = %s",
            [self._revision, self._video_id],
        )
        self._cursor.execute(
            f"INSERT INTO {self._prefix}actions"
            " (video_id, revision, reviewer_id, kind, frame, changes, created_at)"
            " VALUES (%s, %s, 1, %s, %s, %s, now()) RETURNING id",
            [self._video_id, self._revision, kind, frame, json.dumps([change] * 3)],
        )
        self._cursor.fetchall()
        self._commit()


def _took_ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _percentiles(times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 3),
        "p95_ms": round(ordered[len(ordered) * 95 // 100], 3),
    }


def _ratios(one: list[float], other: list[float]) -> dict[str, float]:
    above, below = _percentiles(one), _percentiles(other)
    return {name.removesuffix("_ms"): round(above[name] / below[name], 2) for name in above}


def operations(desk: Desk) -> dict[str, object]:
    """Time cut operations by the service, on 10 and on 10,000 clips, and by bare statements."""
    rng = random.Random(1)
    videos = {n: desk.video(n * FRAMES_PER_CLIP, range(100, n * 100, 100)) for n in (10, 10_000)}
    times: dict[str, list[float]] = {"10 clips": [], "10000 clips": []}
    own_video = desk.video(10 * FRAMES_PER_CLIP, range(100, 1000, 100))
    with desk.database.engine.connect() as connection:
        connection.exec_driver_sql(BARE_TABLES)
        connection.commit()
        bare_ways = {
            "bare, same tables": Bare(connection, own_video, ""),
            "bare, unguarded tables": Bare(connection, videos[10], "bare_"),
        }
        times |= {name: [] for name in bare_ways}
        connection.exec_driver_sql("ANALYZE")
        connection.commit()

        def serve(service: Callable[..., object], video_id: int, frame: int) -> None:
            with Session(connection, expire_on_commit=False) as session, session.begin():
                service(UnitOfWork(session), video_id, frame, reviewer_id=1)

        for turn in range(ROUNDS + WARM_UP):
            if turn == WARM_UP:
                for measured in times.values():
                    measured.clear()
            inside = rng.randrange(1, FRAMES_PER_CLIP)
            for name, bare in bare_ways.items():
                times[name].append(_took_ms(lambda b=bare, f=inside: b.add(f)))
                times[name].append(_took_ms(lambda b=bare, f=inside: b.remove(f)))
            for clip_count, video_id in videos.items():
                frame = rng.randrange(clip_count) * FRAMES_PER_CLIP + inside
                for service in (add_cut, remove_cut):
                    spent = _took_ms(lambda s=service, v=video_id, f=frame: serve(s, v, f))
                    times[f"{clip_count} clips"].append(spent)
    return {
        **{name: _percentiles(measured) for name, measured in times.items()},
        **{
            f"service / {name}, at most 3": _ratios(times["10 clips"], times[name])
            for name in bare_ways
        },
        "10000 clips / 10 clips, at most 2": _ratios(times["10000 clips"], times["10 clips"]),
    }


def _write(database_url: str, video_id: int, reviewer_id: int, ready, begin) -> None:
    database = Database(database_url)
    rng = random.Random(video_id)

    def act(turns: int) -> None:
        for _ in range(turns):
            frame = rng.randrange(10) * FRAMES_PER_CLIP + rng.randrange(1, FRAMES_PER_CLIP)
            for service in (add_cut, remove_cut):
                with database.unit_of_work() as uow:
                    service(uow, video_id, frame, reviewer_id=reviewer_id)

    act(10)
    ready.wait()
    begin.wait()
    act(WRITER_OPERATIONS // 2)


def throughput(desk: Desk, writers: int) -> float:
    """Return operations per second of so many processes, each on a video of its own."""
    processes = multiprocessing.get_context("forkserver")
    ready, begin = processes.Barrier(writers + 1), processes.Barrier(writers + 1)
    url = desk.database.engine.url.render_as_string(hide_password=False)
    workers = [
        processes.Process(
            target=_write, args=(url, desk.video(1000, range(100, 1000, 100)), 1, ready, begin)
        )
        for _ in range(writers)
    ]
    for worker in workers:
        worker.start()
    ready.wait(timeout=120)
    began = time.perf_counter()
    begin.wait()
    for worker in workers:
        worker.join()
    return round(writers * WRITER_OPERATIONS / (time.perf_counter() - began), 1)


def storms(desk: Desk) -> dict[str, object]:
    """Let 8 processes carry out 500 operations each, on one video and on many, with kills."""
    url = desk.database.engine.url.render_as_string(hide_password=False)
    report: dict[str, object] = {}
    for video_count in (1, 8):
        videos = [desk.video(1000, range(50, 1000, 50)) for _ in range(video_count)]
        reviewers = [desk.reviewer() for _ in range(8)]
        began = time.perf_counter()
        outcome = storm(url, videos, reviewers, operations=500, kill_one_in=100, seed=video_count)
        seconds = time.perf_counter() - began
        stored = {action.id for video in videos for action in desk.actions(video)[1:]}
        report[f"{video_count} videos"] = {
            "operations": outcome.operation_count,
            "actions": len(stored),
            "kills": outcome.kill_count,
            "seconds": round(seconds, 1),
            "lost": len(set(outcome.action_ids) - stored),
            "unexplained": max(0, len(stored) - len(outcome.action_ids) - outcome.kill_count),
            "errors that are no refusals": len(outcome.failures),
            "broken rules": len(desk.act(check_invariants)),
        }
    return report


def measure(_folder: Path) -> dict[str, object]:
    """Return every figure of this file."""
    with running_servers() as servers:
        timed = Desk(fresh_database(servers))  # its bare rows would not pass the check
        desk = Desk(fresh_database(servers))
        report = {
            "operations": operations(timed),
            "operations_per_s": {f"{n} writers": throughput(desk, n) for n in (1, 8)},
            "storms": storms(desk),
        }
        with desk.database.engine.connect() as connection:
            report["deadlocks"] = connection.exec_driver_sql(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            ).scalar_one()
        timed.database.close()
        desk.database.close()
        return report


if __name__ == "__main__":
    json.dump(measure(Path()), sys.stdout, indent=2)
    print()
