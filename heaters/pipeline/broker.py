"""The Dramatiq broker: one queue per stage, messages that say only which row.

Dramatiq delivers; everything else that a job needs (claims, retries, time limits) is kept in
PostgreSQL under leases, so its middlewares for these are left out.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, Full, Queue

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from heaters.repositories.database import Job

_log = structlog.get_logger(__name__)

NAMESPACE = "heaters"

ANSWER_S = 1.0
"""How long Redis may take to accept a connection, and to answer a command."""

_WAITING = 100  # units of work whose jobs are not sent yet; what comes on top is dropped
_JOBS_A_PIPELINE = 500
_RECONCILED = f"{NAMESPACE}:reconciled"
_REMEMBERED_S = 3600
_CLOSE_S = 3 * ANSWER_S


def make_broker(redis_url: str, *, answer_s: float = ANSWER_S) -> RedisBroker:
    """Return a broker that gives messages of a killed worker to another one within seconds."""
    client = Redis.from_url(
        redis_url,
        socket_connect_timeout=answer_s,
        socket_timeout=answer_s,
        retry=Retry(NoBackoff(), 1),  # a connection that a restarted server has forgotten
    )
    return _broker(client)


def _broker(client: Redis) -> RedisBroker:
    return RedisBroker(
        client=client,
        middleware=[],
        namespace=NAMESPACE,
        heartbeat_timeout=10_000,
        maintenance_chance=200_000,
    )


def send_jobs(broker: RedisBroker, jobs: Sequence[Job]) -> None:
    """Send a message for each job, hundreds in one round trip.

    Raises:
        RedisError: not all of them were sent.
    """
    broker._max_unpack_size()  # asked of the server once, which a pipeline could not answer
    for first in range(0, len(jobs), _JOBS_A_PIPELINE):
        with broker.client.pipeline(transaction=False) as pipeline:
            batch = _broker(pipeline)
            batch.broker_id = broker.broker_id
            for job in jobs[first : first + _JOBS_A_PIPELINE]:
                batch.enqueue(
                    dramatiq.Message(
                        queue_name=job.stage,
                        actor_name=job.stage,
                        args=(job.id,),
                        kwargs={},
                        options={},
                    )
                )
            pipeline.execute()


class Sender:
    """Sends jobs from a thread, so that nobody who committed something waits for Redis.

    A message is a hint: the rows say what is due, and the reconciler of a worker sends what was
    not sent here, because Redis was away or slow, or because too much was waiting.
    """

    def __init__(self, broker: RedisBroker) -> None:
        self._broker = broker
        self._waiting: Queue[Sequence[Job]] = Queue(_WAITING)
        self._closing = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, jobs: Sequence[Job]) -> None:
        """Have the jobs sent soon, or drop them; returns at once."""
        try:
            self._waiting.put_nowait(jobs)
        except Full:
            _log.warning("jobs not sent; the reconciler will", jobs=len(jobs), error="too many")
            return
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Send what is waiting, within a few seconds, and close the broker."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(_CLOSE_S)
        self._broker.close()

    def _run(self) -> None:
        while not (self._closing.is_set() and self._waiting.empty()):
            try:
                jobs = self._waiting.get(timeout=0.1)
            except Empty:
                continue
            try:
                send_jobs(self._broker, jobs)
            except RedisError as error:
                _log.warning(
                    "jobs not sent; the reconciler will", jobs=len(jobs), error=repr(error)
                )
                if self._closing.is_set():
                    return
            except Exception:  # noqa: BLE001 - jobs are sent from no other thread
                _log.exception("jobs not sent; the reconciler will", jobs=len(jobs))


def queue_length(broker: RedisBroker, stage: str) -> int:
    """Return how many messages wait in a stage's queue, those that workers hold left out."""
    return int(broker.client.llen(f"{NAMESPACE}:{stage}"))  # pyright: ignore[reportArgumentType]


def mark_reconciled(broker: RedisBroker) -> None:
    """Note that a worker has just sent what was due."""
    broker.client.set(_RECONCILED, 1, ex=_REMEMBERED_S)


def reconciled_ago_s(broker: RedisBroker) -> float | None:
    """Return how long ago that was by the server's clock; None where it was over an hour ago."""
    left_ms: int = broker.client.pttl(_RECONCILED)  # pyright: ignore[reportAssignmentType]
    return None if left_ms < 0 else _REMEMBERED_S - left_ms / 1000
