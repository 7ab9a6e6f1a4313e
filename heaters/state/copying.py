"""A file of this machine on its way into the store, and how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from heaters.services.bringing_in import bring_in
from heaters.state.desk import desk


class Copying:
    """Runs ``bring_in`` in a thread from the moment it is made."""

    def __init__(self, source: Path) -> None:
        self._percent = 0
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        runtime = desk().runtime
        self._task = asyncio.create_task(
            asyncio.to_thread(
                bring_in,
                runtime.database,
                runtime.store,
                source,
                name=source.name,
                on_progress=self._note,
            )
        )
        self._task.add_done_callback(lambda _: self._news.set())

    async def percents(self) -> AsyncIterator[int]:
        """Yield whole percents as they change, until the copy has ended one way or the other."""
        while not self._task.done():
            await self._news.wait()
            self._news.clear()
            yield self._percent

    async def finish(self) -> int:
        """Return the new video's id.

        Raises:
            HeatersError: the file could not be brought in.
        """
        return await self._task

    def _note(self, share: float) -> None:
        percent = min(100, int(100 * share))
        if percent != self._percent:
            self._percent = percent
            self._loop.call_soon_threadsafe(self._news.set)
