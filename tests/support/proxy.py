"""A TCP proxy in front of a server, which can refuse, hang, be slow, or cut a connection off."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

_READ_BYTES = 1 << 16


class Fault(Enum):
    """What the proxy does to connections, those that are open already included."""

    NONE = "passes everything on"
    REFUSED = "refuses connections, and ends those that are open"
    HANGING = "accepts, and says nothing"
    SLOW = "waits before each answer"
    CUT_OFF = "ends a connection in the middle of an answer"


@dataclass
class Proxy:
    """A proxy on a port of this machine.

    Attributes:
        fault: what it does now.
        held: set once something has arrived that a hanging or cutting proxy did not pass on.
        answers: how many pieces of answers have been passed on.
    """

    target: tuple[str, int]
    slow_s: float = 0.2
    port: int = 0
    held: threading.Event = field(default_factory=threading.Event)
    answers: int = 0
    _fault: Fault = Fault.NONE
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    @property
    def fault(self) -> Fault:
        """What the proxy does now."""
        return self._fault

    def set(self, fault: Fault) -> None:
        """Do this from now on; return when it does."""
        asyncio.run_coroutine_threadsafe(self._set(fault), self._loop).result()

    async def _set(self, fault: Fault) -> None:
        self._fault = fault
        self.held.clear()
        self._changed.set()
        self._changed = asyncio.Event()
        if fault is Fault.REFUSED:
            if self._server is not None:
                self._server.close()
                self._server = None
            for writer in self._writers:
                writer.transport.abort()
        elif self._server is None:
            await self._open()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=_READ_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection(*self.target)
            self._writers |= {writer, back}
            try:
                await asyncio.wait(
                    [
                        asyncio.create_task(self._pass_on(reader, back, answers=False)),
                        asyncio.create_task(self._pass_on(there, writer, answers=True)),
                    ],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                self._writers -= {writer, back}
                writer.transport.abort()
                back.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_READ_BYTES):
                while self._fault is Fault.HANGING:
                    self.held.set()
                    await self._changed.wait()
                if answers and self._fault is Fault.SLOW:
                    await asyncio.sleep(self.slow_s)
                if answers and self._fault is Fault.CUT_OFF:
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    self.held.set()
                    return
                self.answers += answers
                writer.write(data)
                await writer.drain()


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    """Run a proxy while the block runs."""
    proxy = Proxy((host, port))
    thread = threading.Thread(target=proxy._loop.run_forever, daemon=True)
    thread.start()
    proxy.set(Fault.NONE)
    try:
        yield proxy
    finally:
        proxy.set(Fault.REFUSED)
        proxy._loop.call_soon_threadsafe(proxy._loop.stop)
        thread.join()
        proxy._loop.close()
