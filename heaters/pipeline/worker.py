"""A worker: threads that take messages, the reconciler, and a mark that a worker is up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
import structlog
from sqlalchemy import text

from heaters.domain.errors import in_words
from heaters.domain.stages import STAGES
from heaters.pipeline.broker import make_broker
from heaters.pipeline.chores.running import chores_until
from heaters.pipeline.reconciler import reconcile_until
from heaters.pipeline.runner import Runner
from heaters.pipeline.tools import Tools
from heaters.repositories.database import Database
from heaters.repositories.work import WORKER_LOCK

_log = structlog.get_logger(__name__)

_CONSUMER_ANSWER_S = 5.0  # nobody waits for a worker's messages; a slow server is no lost one


@contextmanager
def running_worker(tools: Tools, redis_url: str) -> Iterator[None]:
    """Work in threads of this process while the block runs; then give back what was begun.

    Videos and clips have threads of their own, ``worker_threads`` each, so that the clip somebody
    has just approved never waits for an hour of preprocessing.
    """
    runner = Runner(tools)
    threads = tools.settings.worker_threads
    workers = [_worker(runner, redis_url, subject, threads) for subject in ("video", "clip")]
    stopped = threading.Event()
    reconciler_broker = make_broker(redis_url)
    chores = [
        threading.Thread(
            target=reconcile_until,
            args=(stopped, tools.database, reconciler_broker),
            kwargs={"every_s": tools.settings.reconcile_s},
            name="reconciler",
        ),
        threading.Thread(target=chores_until, args=(stopped, tools), name="chores"),
    ]
    with _worker_mark(tools.database, stopped):
        for thread in (*workers, *chores):
            thread.start()
        try:
            yield
        finally:
            stopped.set()
            runner.stop()
            for worker in workers:
                worker.stop()
                worker.broker.close()
            for chore in chores:
                chore.join()
            reconciler_broker.close()


def _worker(runner: Runner, redis_url: str, subject: str, threads: int) -> dramatiq.Worker:
    """Return threads, not started yet, for the stages of one kind of row, on a broker of their own.

    A broker takes the hooks of one Dramatiq worker only.
    """
    broker = make_broker(redis_url, answer_s=_CONSUMER_ANSWER_S)
    for stage in STAGES.values():
        if stage.subject == subject:
            broker.declare_actor(_actor(broker, runner, stage.name))
    return dramatiq.Worker(broker, worker_threads=threads, worker_timeout=200)


def _actor(broker: dramatiq.Broker, runner: Runner, stage_name: str) -> dramatiq.Actor[[int], None]:
    def run(subject_id: int) -> None:
        runner.run(stage_name, subject_id)

    return dramatiq.Actor(
        run, broker=broker, actor_name=stage_name, queue_name=stage_name, priority=0, options={}
    )


@contextmanager
def _worker_mark(database: Database, stopped: threading.Event) -> Iterator[None]:
    """Hold the shared lock on a connection of its own, again after the database was away.

    It ends with the connection, and so with the process, however that ends.
    """

    def hold() -> None:
        while not stopped.is_set():
            try:
                with database.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    connection.execute(
                        text("SELECT pg_advisory_lock_shared(:key)"), {"key": WORKER_LOCK}
                    )
                    marked.set()
                    while not stopped.wait(5):
                        connection.execute(text("SELECT 1"))
            except Exception as error:  # noqa: BLE001 - the mark is to come back, whatever happens
                _log.warning("not marked as working; trying again", error=in_words(error))
                stopped.wait(1)

    marked = threading.Event()
    thread = threading.Thread(target=hold, name="worker-mark")
    thread.start()
    marked.wait(10)
    try:
        yield
    finally:
        stopped.set()
        thread.join()
