"""Hears what PostgreSQL announces about committed changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy.engine import make_url

CHANNEL = "heaters"

_RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


async def listen(
    database_url: str, on_change: Callable[[int], None], on_connect: Callable[[], None]
) -> None:
    """Call ``on_change`` with the video id of every committed change, until cancelled.

    One connection for the process. When it is lost, what is announced meanwhile is lost too: so
    ``on_connect`` is called after every (re)connection, and must look at everything again.
    """
    url = make_url(database_url).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    failures = 0
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address, autocommit=True, keepalives_idle=30, keepalives_interval=10
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                failures = 0
                on_connect()
                async for notice in connection.notifies():
                    kind, _, video_id = notice.payload.partition(":")
                    if kind == "video":
                        on_change(int(video_id))
        except psycopg.OperationalError as error:
            _log.info("not hearing the database", error=str(error).strip())
        await asyncio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
        failures += 1
