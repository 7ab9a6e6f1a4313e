"""Tells whether everything that this process needs can be used now: ``GET /ready``.

``/health`` says that the process is alive; this one asks every part, each for a few seconds at
most. It needs no session and names no address.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
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


@dataclass(frozen=True)
class Part:
    """Whether a part can be used, and what was found."""

    ok: bool
    found: str


class Readiness:
    """Asks every part, each on a thread of its own and one question at a time.

    Nothing ends a thread whose question is not answered: so whoever asks meanwhile shares that
    question, and no part can use up the threads of another.
    """

    def __init__(self, runtime: Runtime, listener: Listener) -> None:
        self._listener = listener
        self._questions: dict[str, Callable[[], Part]] = {
            "database": lambda: _database(runtime),
            "redis": lambda: _redis(runtime),
            "store": lambda: _store(runtime),
            "reconciler": lambda: _reconciler(runtime),
        }
        self._threads = ThreadPoolExecutor(len(self._questions), "ready")
        self._asked: dict[str, tuple[float, Future[Part]]] = {}

    async def parts(self) -> dict[str, Part]:
        """Return how every part is, after ``_ANSWER_S`` at most."""
        found = await asyncio.gather(*(self._ask(name) for name in self._questions))
        heard = self._listener.is_listening
        said = "hears the database" if heard else "does not hear the database"
        return dict(zip(self._questions, found, strict=True)) | {"listener": Part(heard, said)}

    async def _ask(self, name: str) -> Part:
        asked_s, answer = self._asked.get(name, (0.0, None))
        if answer is None or answer.done():
            asked_s, answer = time.monotonic(), self._threads.submit(self._questions[name])
            self._asked[name] = asked_s, answer
        left_s = max(0.0, asked_s + _ANSWER_S - time.monotonic())
        await asyncio.wait([asyncio.wrap_future(answer)], timeout=left_s)
        if not answer.done():
            return Part(False, f"no answer within {_ANSWER_S:.0f} s")
        try:
            return answer.result()
        except (HeatersError, RedisError, OSError) as error:
            _log.warning("not ready", part=name, error=str(error))
            return Part(False, "does not answer")


async def ready(request: Request) -> Response:
    """Answer 200 where every part can be used, else 503; ``{"ready", "parts": {name: Part}}``."""
    readiness: Readiness = request.app.state.readiness
    parts = await readiness.parts()
    is_ready = all(part.ok for part in parts.values())
    body = {"ready": is_ready, "parts": {name: asdict(part) for name, part in parts.items()}}
    return JSONResponse(body, 200 if is_ready else 503)


ROUTES = [Route(READY_PATH, ready)]


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
    if runtime.unclaimed_store.read_marker() is None:
        return Part(False, "carries no mark of this installation")
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
