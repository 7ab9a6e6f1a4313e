"""Hears what PostgreSQL announces about committed changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy.engine import make_url

CHANNEL = "heaters"

_CONNECT_S = 5
_QUIET_S = 30
_ANSWER_S = 5
_RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


class Listener:
    """Listens on one connection for the whole process, until ``run`` is cancelled.

    When the connection is lost, what is announced meanwhile is lost too: so ``on_connect`` is
    called after every (re)connection, and must look at everything again.

    Attributes:
        is_listening: whether what is announced now is heard.
    """

    def __init__(
        self, database_url: str, on_change: Callable[[int], None], on_connect: Callable[[], None]
    ) -> None:
        """Listen to ``database_url``.

        Args:
            database_url: the database, ``postgresql://…``.
            on_change: called with the video id of every committed change.
            on_connect: called whenever listening begins.
        """
        url = make_url(database_url).set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self._on_change = on_change
        self._on_connect = on_connect
        self.is_listening = False

    async def run(self) -> None:
        """Listen for ever; nothing but being cancelled ends it."""
        failures = 0
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._address, autocommit=True, connect_timeout=_CONNECT_S
                )
                try:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    failures = 0
                    self.is_listening = True
                    self._on_connect()
                    await self._hear(connection)
                finally:
                    self.is_listening = False
                    await connection.close()
            except (psycopg.OperationalError, TimeoutError) as error:
                _log.info("not hearing the database", error=str(error).strip())
            except Exception:  # noqa: BLE001 - pages would stand still, and nobody would know
                _log.exception("not hearing the database")
            await asyncio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    async def _hear(self, connection: psycopg.AsyncConnection) -> None:
        """Pass on what is announced; a server that says nothing for long is asked something."""
        while True:
            async for notice in connection.notifies(timeout=_QUIET_S):
                self._pass_on(notice.payload)
            async with asyncio.timeout(_ANSWER_S):
                await connection.execute("SELECT 1")

    def _pass_on(self, payload: str) -> None:
        kind, _, video_id = payload.partition(":")
        if kind != "video":
            return
        try:
            self._on_change(int(video_id))
        except Exception:  # noqa: BLE001 - the next announcement may be a good one
            _log.exception("an announcement was not passed on", payload=payload[:100])
