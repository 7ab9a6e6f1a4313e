"""What the states of all pages share: is it loaded, and the quiet notice at the bottom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import reflex as rx
import structlog

from heaters.domain.errors import HeatersError, InvalidInput, Unexpected
from heaters.repositories.database import UnitOfWork
from heaters.services.removing import remove_video
from heaters.services.transfers import transfer
from heaters.state.desk import desk

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class PageState(rx.State, mixin=True):
    """One page in one tab; everything in it is rebuilt when the page is loaded.

    Attributes:
        loaded: false until the first look at the database, while the page shows its outline.
        missing: what the page is about does not exist; says so in words.
        notice: the last thing worth saying, such as a refusal.
        notice_number: counts notices, so that the same words shown twice are seen twice.
        notice_is_refusal: whether the notice says why something was not done.
    """

    loaded: bool = False
    missing: str = ""
    notice: str = ""
    notice_number: int = 0
    notice_is_refusal: bool = False
    _nowhere: str = ""

    def _tell(self, words: str, *, refusal: bool = False) -> None:
        self.notice = words
        self.notice_is_refusal = refusal
        self.notice_number += 1

    @asynccontextmanager
    async def _telling_refusals(self) -> AsyncIterator[None]:
        """Turn an error into a notice, and one that nobody foresaw into a line of the log too."""
        try:
            yield
        except HeatersError as error:
            self._tell(str(error), refusal=True)
        except Exception as error:  # noqa: BLE001 - whoever asked is to know that it failed
            _log.exception("an event failed", page=type(self).__name__)
            self._tell(str(Unexpected(error)), refusal=True)

    def _id_in_address(self, name: str) -> int:
        """Return the id at this place of the page's address; 0, which nothing has, for nonsense."""
        try:
            id_ = checked_id(getattr(self, name))
        except InvalidInput:
            id_ = 0
        self._nowhere = "" if id_ else "Page not found: an address ends in a number, as /videos/7."
        return id_

    async def _look_up(self, look: Callable[[UnitOfWork], T]) -> T | None:
        """Read what the page shows; where that cannot be, say why and return None."""
        return await self._see(desk().transact(look))

    async def _see(self, looking: Awaitable[T]) -> T | None:
        """Wait for what the page shows; where that cannot be, say why and return None."""
        async with self._telling_refusals():
            try:
                seen = await looking
            except InvalidInput as error:
                self.missing = self._nowhere or str(error)
                return None
            if self.missing or not self.loaded:  # what is assigned is sent, changed or not
                self.missing, self.loaded = "", True
            return seen
        return None

    async def _remove(self, video_id: object) -> bool:
        """Remove a video that never got clips, and its files; return whether that was done."""
        async with self._telling_refusals():
            desk().reviewer_id(self)
            runtime, id_ = desk().runtime, checked_id(video_id)
            title = await transfer(remove_video, runtime.database, runtime.store, id_)
            self._tell(f"Removed {title}")
            return True
        return False

    async def _act(self, work: Callable[[UnitOfWork, int], str]) -> bool:
        """Do what a person asked for in one transaction, and tell them what came of it.

        Args:
            work: gets the unit of work and the reviewer's id, and returns what it did in words.

        Returns:
            Whether it was done, and not refused.
        """
        async with self._telling_refusals():
            reviewer_id = desk().reviewer_id(self)
            self._tell(await desk().transact(lambda uow: work(uow, reviewer_id)))
            return True
        return False


def checked_frame(value: object) -> int:
    """Return a frame that came from a browser: 0 where it is none."""
    return value if isinstance(value, int) else 0


def page_count(count: int, page_size: int) -> int:
    """Return how many screenfuls ``count`` things fill, at least one."""
    return max(1, -(-count // page_size))


def checked_id(value: object) -> int:
    """Return an id that came from a browser, which may send anything.

    Raises:
        InvalidInput: it is no positive whole number.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise InvalidInput("no such thing: ids are positive whole numbers")
    return value
