"""The listener hears what is announced, whatever happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from sqlalchemy import make_url

from heaters.live import listener as module
from heaters.live.listener import CHANNEL, Listener
from tests.support.loops import run_async
from tests.support.proxy import Fault, proxy_to


class Heard:
    """What a listener has told, as queues that can be waited for."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[int] = asyncio.Queue()
        self.connections: asyncio.Queue[None] = asyncio.Queue()

    def change(self, video_id: int) -> None:
        if video_id == 13:
            raise ZeroDivisionError("a bug in whoever is told")
        self.changes.put_nowait(video_id)

    def connect(self) -> None:
        self.connections.put_nowait(None)


def listen(address: str, work: Callable[[Listener, Heard], Awaitable[None]]) -> None:
    """Do ``work`` while a listener runs, once it has connected."""

    async def main() -> None:
        heard = Heard()
        listener = Listener(address, heard.change, heard.connect)
        running = asyncio.create_task(listener.run())
        try:
            async with asyncio.timeout(60):
                await heard.connections.get()
                await work(listener, heard)
        finally:
            running.cancel()

    run_async(main())


def announce(address: str, *payloads: str) -> None:
    dsn = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for payload in payloads:
            connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


@pytest.mark.parametrize(
    "payload", ["video:one", "video:", "video", "", "something:else", "video:13"]
)
def test_neither_odd_words_nor_a_bug_in_a_callback_end_it(database_url: str, payload: str) -> None:
    async def work(listener: Listener, heard: Heard) -> None:
        announce(database_url, payload, "video:7")
        assert await heard.changes.get() == 7
        assert listener.is_listening

    listen(database_url, work)


def test_it_connects_again_when_its_connection_is_ended(database_url: str) -> None:
    async def work(_listener: Listener, heard: Heard) -> None:
        dsn = make_url(database_url).set(drivername="postgresql")
        with psycopg.connect(dsn.render_as_string(hide_password=False)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query = 'LISTEN heaters' AND datname = current_database()"
            )
        await heard.connections.get()
        announce(database_url, "video:8")
        assert await heard.changes.get() == 8

    listen(database_url, work)


def test_a_server_that_says_nothing_any_more_is_noticed_and_listened_to_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_QUIET_S", 0.1)
    monkeypatch.setattr(module, "_ANSWER_S", 0.1)
    url = make_url(database_url)
    with proxy_to(url.host or "", url.port or 0) as proxy:
        behind = url.set(port=proxy.port).render_as_string(hide_password=False)

        async def work(listener: Listener, heard: Heard) -> None:
            proxy.set(Fault.HANGING)
            try:
                while listener.is_listening:
                    await asyncio.sleep(0)
            finally:
                proxy.set(Fault.NONE)  # else a listener that waits could not even be cancelled
            await heard.connections.get()
            announce(database_url, "video:9")
            assert await heard.changes.get() == 9

        listen(behind, work)
