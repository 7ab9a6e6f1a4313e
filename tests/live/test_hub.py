"""Who is told what, and how often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from heaters.live.hub import HEAD_START_S, LIBRARY, Hub, video_topic
from tests.support.loops import run_async


class Deliveries:
    """Records who was told; a follower named ``gone…`` is not there any more."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def __call__(self, follower: str) -> bool:
        self.told.append(follower)
        await self.hold.wait()
        return not follower.startswith("gone")


def tell(act: Callable[[Hub, Deliveries], None]) -> list[str]:
    """Return who was told once the hub has come to rest."""

    async def main() -> list[str]:
        deliveries = Deliveries()
        hub = Hub(deliveries)
        act(hub, deliveries)
        await settle(hub)
        return deliveries.told

    return run_async(main())


async def settle(hub: Hub) -> None:
    while hub._deliveries:
        await asyncio.wait(hub._deliveries.values())


def test_followers_of_a_video_and_of_the_library_are_told_and_nobody_else() -> None:
    def act(hub: Hub, _: Deliveries) -> None:
        hub.follow("seven", video_topic(7))
        hub.follow("eight", video_topic(8))
        hub.follow("all", LIBRARY)
        hub.announce(7)

    assert sorted(tell(act)) == ["all", "seven"]


def test_nobody_is_told_before_whoever_made_the_change_had_a_head_start() -> None:
    async def main() -> tuple[float, float]:
        told_s: list[float] = []

        async def deliver(_: str) -> bool:
            told_s.append(time.monotonic())
            return True

        hub = Hub(deliver)
        hub.follow("tab", video_topic(7))
        hub.announce(7)
        await settle(hub)
        return hub.announced_s(7), told_s[0]

    announced_s, told_s = run_async(main())
    assert told_s - announced_s >= HEAD_START_S


def test_it_is_known_when_a_video_was_last_announced_and_when_anything_may_have_been_missed() -> (
    None
):
    async def main() -> list[float]:
        hub = Hub(Deliveries())
        seen = [hub.announced_s(7)]
        hub.announce(8)
        seen.append(hub.announced_s(7))
        hub.announce(7)
        seen.append(hub.announced_s(7))
        hub.announce_all()
        seen += [hub.announced_s(7), hub.announced_s(9)]
        return seen

    never, other, announced, missed, missed_elsewhere = run_async(main())
    assert never == other == 0.0
    assert 0.0 < announced <= missed == missed_elsewhere


def test_a_follower_that_went_on_to_another_page_is_told_about_that_one_only() -> None:
    def act(hub: Hub, _: Deliveries) -> None:
        hub.follow("tab", video_topic(7))
        hub.follow("tab", video_topic(8))
        hub.announce(7)

    assert tell(act) == []


def test_changes_during_a_delivery_make_one_more_delivery() -> None:
    async def main() -> list[str]:
        deliveries = Deliveries()
        hub = Hub(deliveries)
        hub.follow("tab", LIBRARY)
        deliveries.hold.clear()
        hub.announce(1)
        while not deliveries.told:
            await asyncio.sleep(0)
        for _ in range(100):
            hub.announce(1)
        deliveries.hold.set()
        await settle(hub)
        return deliveries.told

    assert run_async(main()) == ["tab", "tab"]


def test_a_follower_that_is_gone_is_forgotten() -> None:
    async def main() -> int:
        hub = Hub(Deliveries())
        hub.follow("gone", LIBRARY)
        hub.follow("here", LIBRARY)
        hub.announce_all()
        await settle(hub)
        return hub.followers

    assert run_async(main()) == 1


def test_a_slow_follower_keeps_nobody_waiting() -> None:
    async def main() -> list[str]:
        told: list[str] = []
        never = asyncio.Event()

        async def deliver(follower: str) -> bool:
            if follower == "slow":
                await never.wait()
            told.append(follower)
            return True

        hub = Hub(deliver)
        hub.follow("slow", LIBRARY)
        hub.follow("quick", LIBRARY)
        hub.announce_all()
        await asyncio.wait([hub._deliveries["quick"]])
        for task in hub._deliveries.values():
            task.cancel()
        return told

    assert run_async(main()) == ["quick"]
