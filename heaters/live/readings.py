"""One look at the database for all tabs that want to know the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _Reading:
    begun_s: float
    task: asyncio.Future[Any]


class Readings:
    """What this process has read last, by subject; used from its event loop alone.

    Args:
        kept: of so many subjects, those read last, what was read is kept.
    """

    def __init__(self, kept: int = 16) -> None:
        self._kept = kept
        self._readings: dict[Hashable, _Reading] = {}

    async def since(
        self, subject: Hashable, moment_s: float, read: Callable[[], Awaitable[T]]
    ) -> T:
        """Return what ``read`` returns, begun at ``moment_s`` or later, whoever asked for it.

        Args:
            subject: what is read; the same ``read`` for the same subject.
            moment_s: what had been committed by then is in what is returned; ``time.monotonic()``.
            read: looks at the database.
        """
        reading = self._readings.pop(subject, None)
        if reading is None or reading.begun_s < moment_s or _has_failed(reading.task):
            reading = _Reading(time.monotonic(), asyncio.ensure_future(read()))
        self._readings[subject] = reading
        while len(self._readings) > self._kept:
            del self._readings[next(iter(self._readings))]
        # The tab that asks may navigate away, which cancels its event, and no one else's.
        return await asyncio.shield(reading.task)


def _has_failed(task: asyncio.Future[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
