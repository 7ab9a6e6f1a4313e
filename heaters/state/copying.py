"""Files of this machine on their way into the store, and how far they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from heaters.domain.errors import HeatersError
from heaters.domain.names import counted
from heaters.services.bringing_in import bring_in
from heaters.services.finding import shown_path
from heaters.services.ingest import AlreadyHere
from heaters.services.transfers import transfer
from heaters.state.desk import desk

_NAMED_REFUSALS = 3


@dataclass(frozen=True)
class Place:
    """Which file is being copied, as ``2 of 12: film.mp4``, and whole percents of it."""

    name: str
    percent: int


class Copying:
    """Brings files in, one after the other, from the moment it is made.

    Attributes:
        added: how many came in.
        known: those that the library has already.
        refusals: a line for each that could not come in.
    """

    def __init__(self, files: Sequence[Path], *, again: bool, refusals: Sequence[str] = ()) -> None:
        self.added = 0
        self.known: list[AlreadyHere] = []
        self.refusals = list(refusals)
        self._place = Place(shown_path(files[0].name) if files else "", 0)
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._copy(files, again))
        self._task.add_done_callback(lambda _: self._news.set())

    async def places(self) -> AsyncIterator[Place]:
        """Yield where it is as that changes, until the last file has ended one way or the other.

        Raises:
            Exception: what nobody foresaw; the files after it were not tried.
        """
        while not self._task.done():
            yield self._place
            await self._news.wait()
            self._news.clear()
        await self._task

    def summary(self) -> str:
        """Say in words what came of it."""
        said = [f"Added {counted(self.added, 'video')}"] if self.added else []
        if self.known:
            were = "was" if len(self.known) == 1 else "were"
            failed = sum(here.failure is not None for here in self.known)
            of_those = f", {failed} of them failed" if failed else ""
            said.append(f"{len(self.known)} {were} already here{of_those}")
        said += self.refusals[:_NAMED_REFUSALS]
        if len(self.refusals) > _NAMED_REFUSALS:
            said.append(f"and {len(self.refusals) - _NAMED_REFUSALS} more could not be added")
        return "; ".join(said)

    async def _copy(self, files: Sequence[Path], again: bool) -> None:
        runtime = desk().runtime
        for number, path in enumerate(files, start=1):
            shown = shown_path(path.name)
            name = shown if len(files) == 1 else f"{number} of {len(files)}: {shown}"
            self._note(Place(name, 0))

            def note(share: float, name: str = name) -> None:
                place = Place(name, int(100 * share))
                if place != self._place:
                    self._loop.call_soon_threadsafe(self._note, place)

            try:
                await transfer(
                    bring_in,
                    runtime.database,
                    runtime.store,
                    path,
                    name=path.name,
                    again=again,
                    on_progress=note,
                )
                self.added += 1
            except AlreadyHere as here:
                self.known.append(here)
            except HeatersError as error:
                self.refusals.append(str(error))

    def _note(self, place: Place) -> None:
        self._place = place
        self._news.set()
