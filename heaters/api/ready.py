"""Tells whether everything that this process needs can be used now: ``GET /ready``.

``/health`` says that the process is alive; this one asks every part, each for a few seconds at
most. It needs no session and names no address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import structlog
from redis.exceptions import RedisError
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heaters.domain.errors import HeatersError
from heaters.live.listener import Listener
from heaters.pipeline.broker import make_broker, reconciled_ago_s
from heaters.repositories.driver import patience
from heaters.runtime import Runtime

READY_PATH = "/ready"

_ANSWER_S = 3.0
_LATE_S = 60.0
_log = structlog.get_logger(__name__)
# Threads of their own: a part that hangs holds up nobody but those who ask about it.
_asking = ThreadPoolExecutor(4, "ready")


@dataclass(frozen=True)
class Part:
    """Whether a part can be used, and what was found."""

    ok: bool
    found: str


async def ready(request: Request) -> Response:
    """Answer 200 where every part can be used, else 503; ``{"ready", "parts": {name: Part}}``."""
    runtime: Runtime = request.app.state.runtime
    listener: Listener = request.app.state.listener
    asked = {
        "database": lambda: _database(runtime),
        "redis": lambda: _redis(runtime),
        "store": lambda: _store(runtime),
        "reconciler": lambda: _reconciler(runtime),
    }
    found = await asyncio.gather(*(_ask(name, ask) for name, ask in asked.items()))
    parts = dict(zip(asked, found, strict=True))
    heard = listener.is_listening
    parts["listener"] = Part(heard, "hears the database" if heard else "does not hear the database")
    is_ready = all(part.ok for part in parts.values())
    body = {"ready": is_ready, "parts": {name: asdict(part) for name, part in parts.items()}}
    return JSONResponse(body, 200 if is_ready else 503)


ROUTES = [Route(READY_PATH, ready)]


async def _ask(name: str, ask: Callable[[], Part]) -> Part:
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.wait_for(loop.run_in_executor(_asking, ask), _ANSWER_S)
    except TimeoutError:
        return Part(False, f"no answer within {_ANSWER_S:.0f} s")
    except (HeatersError, RedisError, OSError) as error:
        _log.warning("not ready", part=name, error=str(error))
        return Part(False, "does not answer")


def _database(runtime: Runtime) -> Part:
    with patience(_ANSWER_S), runtime.database.unit_of_work() as uow:
        uow.session.connection().execute(text("SELECT 1"))
    return Part(True, "answers")


def _redis(runtime: Runtime) -> Part:
    broker = make_broker(runtime.redis_url)
    try:
        broker.client.ping()
    finally:
        broker.close()
    return Part(True, "answers")


def _store(runtime: Runtime) -> Part:
    next(iter(runtime.store.list_objects("videos/")), None)
    return Part(True, "answers")


def _reconciler(runtime: Runtime) -> Part:
    broker = make_broker(runtime.redis_url)
    try:
        ago_s = reconciled_ago_s(broker)
    finally:
        broker.close()
    if ago_s is None:
        return Part(False, "no worker has looked for work in the last hour")
    late_s = max(_LATE_S, 3 * runtime.settings.reconcile_s)
    return Part(ago_s <= late_s, f"a worker looked for work {ago_s:.0f} s ago")
