"""Topics and who follows them: brings news of a change to every open page that shows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

LIBRARY = "library"
"""The topic of pages that show all videos."""

PAUSE_S = 0.1
"""At least so long between two deliveries to one follower: changes meanwhile make one delivery."""

HEAD_START_S = 0.02
"""So long after a change nobody is told: whoever made it here is answered first."""


def video_topic(video_id: int) -> str:
    """Return the topic of one video, its clips and its history."""
    return f"video:{video_id}"


class Hub:
    """The followers of one web process; used from its event loop alone.

    Args:
        deliver: tells one follower (a tab's token) to look again, and returns once it has; false if
            the follower is gone.
    """

    def __init__(self, deliver: Callable[[str], Awaitable[bool]]) -> None:
        self._deliver = deliver
        self._topics: dict[str, frozenset[str]] = {}
        self._connected_s = 0.0
        self._changed_s = 0.0
        self._announced_s: dict[int, float] = {}
        self._waiting: set[str] = set()
        self._deliveries: dict[str, asyncio.Task[None]] = {}

    def follow(self, follower: str, *topics: str) -> None:
        """Have ``follower`` told about changes of these topics, and of no others from now on."""
        self._topics[follower] = frozenset(topics)

    def forget(self, follower: str) -> None:
        """Tell ``follower`` nothing more."""
        self._topics.pop(follower, None)
        self._waiting.discard(follower)

    @property
    def followers(self) -> int:
        """How many followers there are, those gone but not noticed yet included."""
        return len(self._topics)

    def announced_s(self, video_id: int) -> float:
        """Return when the last change of a video was announced, in ``time.monotonic()``."""
        return self._announced_s.get(video_id, self._connected_s)

    @property
    def changed_s(self) -> float:
        """When the last change of any video was announced, in ``time.monotonic()``."""
        return self._changed_s

    def announce(self, video_id: int) -> None:
        """Tell those who follow the video, or all videos, that it changed."""
        self._changed_s = self._announced_s[video_id] = time.monotonic()
        about = {video_topic(video_id), LIBRARY}
        for follower in [name for name, topics in self._topics.items() if topics & about]:
            self._wake(follower)

    def announce_all(self) -> None:
        """Tell every follower to look again, since changes may have been missed."""
        self._changed_s = self._connected_s = time.monotonic()
        self._announced_s.clear()
        for follower in list(self._topics):
            self._wake(follower)

    def _wake(self, follower: str) -> None:
        self._waiting.add(follower)
        if follower not in self._deliveries:
            task = asyncio.create_task(self._deliver_until_quiet(follower))
            self._deliveries[follower] = task

    async def _deliver_until_quiet(self, follower: str) -> None:
        try:
            await asyncio.sleep(HEAD_START_S)
            while follower in self._waiting:
                self._waiting.discard(follower)
                if not await self._deliver(follower):
                    self.forget(follower)
                    return
                await asyncio.sleep(PAUSE_S)
        finally:
            del self._deliveries[follower]
