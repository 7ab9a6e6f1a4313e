"""The Dramatiq broker: one queue per stage, messages that say only which row.

Dramatiq delivers; everything else that a job needs (claims, retries, time limits) is kept in
PostgreSQL under leases, so its middlewares for these are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import RedisError

from heaters.repositories.database import Job

_log = structlog.get_logger(__name__)

NAMESPACE = "heaters"


def make_broker(redis_url: str) -> RedisBroker:
    """Return a broker that gives messages of a killed worker to another one within seconds."""
    return RedisBroker(
        url=redis_url,
        middleware=[],
        namespace=NAMESPACE,
        heartbeat_timeout=10_000,
        maintenance_chance=200_000,
    )


def make_sender(broker: RedisBroker) -> Callable[[Sequence[Job]], None]:
    """Return the function that sends the jobs of a committed unit of work.

    A message server that is away is no error: the rows say what is due, and the reconciler of a
    worker sends it later.
    """

    def send(jobs: Sequence[Job]) -> None:
        try:
            for job in jobs:
                broker.declare_queue(job.stage)
                broker.enqueue(
                    dramatiq.Message(
                        queue_name=job.stage,
                        actor_name=job.stage,
                        args=(job.id,),
                        kwargs={},
                        options={},
                    )
                )
        except (RedisError, dramatiq.errors.BrokerConnectionError) as error:
            _log.warning("jobs not sent; the reconciler will", jobs=len(jobs), error=repr(error))

    return send


def queue_length(broker: RedisBroker, stage: str) -> int:
    """Return how many messages wait in a stage's queue, those that workers hold left out."""
    return int(broker.client.llen(f"{NAMESPACE}:{stage}"))  # pyright: ignore[reportArgumentType]
