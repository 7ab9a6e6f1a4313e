"""One look at the database for all who want to know the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from heaters.live.readings import Readings
from tests.support.loops import run_async


class Looking:
    """Counts how often it is looked, and waits in between for a sign."""

    def __init__(self) -> None:
        self.count = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> int:
        self.count += 1
        seen = self.count
        await self.go_on.wait()
        return seen


def run(work: Callable[[Readings, Looking], Awaitable[None]]) -> None:
    async def main() -> None:
        await work(Readings(kept=2), Looking())

    run_async(main())


def test_all_who_ask_about_one_moment_share_one_look():
    async def work(readings: Readings, look: Looking) -> None:
        moment_s = time.monotonic()
        asking = [asyncio.create_task(readings.since("v", moment_s, look)) for _ in range(20)]
        await asyncio.sleep(0)
        look.go_on.set()
        assert await asyncio.gather(*asking) == [1] * 20
        assert await readings.since("v", moment_s, look) == 1

    run(work)


def test_a_look_that_began_before_the_moment_is_not_enough():
    async def work(readings: Readings, look: Looking) -> None:
        early = asyncio.create_task(readings.since("v", time.monotonic(), look))
        await asyncio.sleep(0)
        late = asyncio.create_task(readings.since("v", time.monotonic(), look))
        await asyncio.sleep(0)
        look.go_on.set()
        assert await asyncio.gather(early, late) == [1, 2]

    run(work)


def test_who_stops_waiting_stops_nobody_else():
    async def work(readings: Readings, look: Looking) -> None:
        moment_s = time.monotonic()
        first, second = (asyncio.create_task(readings.since("v", moment_s, look)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        look.go_on.set()
        assert await second == 1
        assert first.cancelled()

    run(work)


def test_a_failed_look_is_told_to_all_and_not_kept():
    async def work(readings: Readings, look: Looking) -> None:
        async def fail() -> int:
            raise ConnectionError

        moment_s = time.monotonic()
        with pytest.raises(ConnectionError):
            await readings.since("v", moment_s, fail)
        look.go_on.set()
        assert await readings.since("v", moment_s, look) == 1

    run(work)


def test_only_the_latest_subjects_are_kept():
    async def work(readings: Readings, look: Looking) -> None:
        look.go_on.set()
        for subject in "abcb":
            await readings.since(subject, 0, look)
        assert look.count == 3
        await readings.since("a", 0, look)
        assert look.count == 4
        await readings.since("b", 0, look)
        assert look.count == 4

    run(work)
