"""What every page of this process works with, and the one way a page changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import reflex as rx
from reflex.event import EventCallback

from heaters.domain.errors import HeatersError
from heaters.live.hub import Hub
from heaters.live.readings import Readings
from heaters.live.tabs import Tabs
from heaters.repositories.database import UnitOfWork
from heaters.repositories.engine import POOL_CONNECTIONS
from heaters.runtime import Runtime
from heaters.services.sessions import Sessions

T = TypeVar("T")


class NotSignedIn(HeatersError):
    """An event came without a valid session: the cookie ran out while the page was open."""

    def __init__(self) -> None:
        super().__init__("you are signed out: open the address that Heaters printed again")


@dataclass(frozen=True)
class Desk:
    """The parts of a web process that pages use.

    Attributes:
        executor: threads for transactions and nothing else; what takes longer holds none up.
    """

    runtime: Runtime
    sessions: Sessions
    hub: Hub
    tabs: Tabs
    readings: Readings = field(default_factory=Readings)
    executor: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(POOL_CONNECTIONS, "database")
    )

    def reviewer_id(self, state: rx.State) -> int:
        """Return who sent the event that ``state`` handles.

        Raises:
            NotSignedIn: nobody we know.
        """
        for pair in state.router.headers.cookie.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == self.sessions.cookie_name:
                reviewer_id = self.sessions.reviewer_id(value)
                if reviewer_id is not None:
                    return reviewer_id
        raise NotSignedIn

    def follow(self, state: rx.State, refresh: EventCallback[()], *topics: str) -> None:
        """Have ``refresh`` handled for this tab whenever one of these topics changes.

        That holds until the tab follows others. The handler takes no arguments.
        """
        token = state.router.session.client_token
        self.tabs.refresh_with(token, refresh)
        self.hub.follow(token, *topics)

    async def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do ``work`` in one transaction, in a thread, and return what it returns.

        ``work`` may be called several times; only its last call counts.

        Raises:
            DatabaseAway: whether it was done is not known.
            DatabaseBusy, DatabaseConflict: it was not done.
            HeatersError: what ``work`` raises.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, self.runtime.database.transact, work)


_desk: Desk | None = None


def open_desk(desk: Desk | None) -> None:
    """Give the pages of this process what they work with, or take it away at the end."""
    global _desk  # noqa: PLW0603 - Reflex makes states; nothing can be passed to them
    _desk = desk


def desk() -> Desk:
    """Return what this process's pages work with, while it serves."""
    assert _desk is not None, "pages are served by `heaters web`"
    return _desk
