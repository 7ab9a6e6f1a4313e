"""A real HTTP server on loopback: files with ranges, and routes that fail in every known way."""

from __future__ import annotations

import mimetypes
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

BLOCK_BYTES = 16 * 2**10


class Hangup(Exception):
    """The answer ends here, whatever was promised."""


@dataclass(frozen=True)
class Seen:
    """A request as it came in."""

    method: str
    target: str
    headers: dict[str, str]


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    server: _Server

    def do_GET(self) -> None:
        owner = self.server.owner
        owner.seen.append(Seen(self.command, self.path, dict(self.headers)))
        route = owner.routes.get(self.url_path, send_file)
        try:
            route(self)
        except (Hangup, BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_HEAD(self) -> None:
        self.do_GET()

    @property
    def url_path(self) -> str:
        return unquote(urlsplit(self.path).path)

    @property
    def file(self) -> Path | None:
        """The file in the served folder that the path names, if there is one."""
        folder = self.server.owner.folder.resolve()
        path = (folder / self.url_path.lstrip("/")).resolve()
        return path if path.is_file() and path.is_relative_to(folder) else None

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def wait_for(self, event: threading.Event) -> None:
        """Wait until ``event``; raise Hangup when the client or the server leaves first."""
        while not event.wait(0.02):
            readable, _, _ = select.select([self.connection], [], [], 0)
            try:
                gone = bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
            except ConnectionResetError:
                gone = True
            if gone or self.server.owner.closing.is_set():
                raise Hangup

    def log_message(self, *args: object) -> None:
        pass


Route = Callable[[Exchange], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: HttpServer


@dataclass
class HttpServer:
    """A running server.

    Attributes:
        folder: the files it serves, for every path without a route.
        base_url: its address, without a slash at the end.
        routes: answers for single paths; may be changed while it runs.
        seen: every request so far, in order.
    """

    folder: Path
    base_url: str
    routes: dict[str, Route] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serve(
    folder: Path, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[HttpServer]:
    """Serve the files of ``folder`` on a free port of ``host``."""
    listener = _Server((host, 0), Exchange)
    if tls:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True)
    scheme = "https" if tls else "http"
    listener.owner = HttpServer(folder, f"{scheme}://{host}:{listener.server_port}")
    thread = threading.Thread(target=listener.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield listener.owner
    finally:
        listener.owner.closing.set()
        listener.shutdown()
        listener.server_close()
        thread.join()


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve the files of ``folder`` over HTTP on loopback; gives the address before ``/name``."""
    with serve(folder) as server:
        yield server.base_url


def send_file(
    exchange: Exchange,
    *,
    content_type: str | None = None,
    with_length: bool = True,
    on_sent: Callable[[int], None] = lambda sent_bytes: None,
) -> None:
    """Answer with the file that the path names, or 404; honour Range and If-Range.

    ``on_sent`` is called before each block with the bytes sent so far, and may block or hang up.
    """
    file = exchange.file
    if file is None:
        send_status(exchange, 404)
        return
    content = file.read_bytes()
    tag = f'"{file.stat().st_mtime_ns:x}-{len(content):x}"'
    headers = {
        "Content-Type": content_type or mimetypes.guess_type(file.name)[0] or "text/plain",
        "ETag": tag,
        "Accept-Ranges": "bytes",
    }
    asked = exchange.headers.get("Range")
    start, end = 0, len(content)
    if asked and exchange.headers.get("If-Range", tag) == tag:
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), int(last) + 1 if last else end
        if start >= len(content):
            exchange.begin(416, {"Content-Range": f"bytes */{len(content)}"})
            return
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
    if with_length:
        headers["Content-Length"] = str(end - start)
    exchange.begin(206 if "Content-Range" in headers else 200, headers)
    for at in range(start, end if exchange.command == "GET" else start, BLOCK_BYTES):
        on_sent(at - start)
        exchange.wfile.write(content[at : min(at + BLOCK_BYTES, end)])


def send_status(exchange: Exchange, status: int) -> None:
    """Answer with this status and a line of text."""
    exchange.begin(status, {"Content-Type": "text/plain"})
    exchange.wfile.write(f"{status}\n".encode())


def body(content: bytes | str, content_type: str = "text/html") -> Route:
    """Return a route that answers with ``content``."""
    data = content.encode() if isinstance(content, str) else content

    def route(exchange: Exchange) -> None:
        exchange.begin(200, {"Content-Type": content_type, "Content-Length": str(len(data))})
        exchange.wfile.write(data)

    return route


def redirect(target: str) -> Route:
    """Return a route that sends the client to ``target``."""
    return lambda exchange: exchange.begin(302, {"Location": target})


def statuses(*codes: int) -> Route:
    """Return a route that answers with these statuses in turn, then (and for 200) with the file."""
    waiting = list(codes)

    def route(exchange: Exchange) -> None:
        code = waiting.pop(0) if waiting else 200
        if code == 200:
            send_file(exchange)
        else:
            send_status(exchange, code)

    return route


def cut_whole_answers(after_bytes: int) -> Route:
    """Return a route that breaks off after so many bytes, unless a range was asked for."""

    def route(exchange: Exchange) -> None:
        def on_sent(sent_bytes: int) -> None:
            if sent_bytes >= after_bytes and "Range" not in exchange.headers:
                raise Hangup

        send_file(exchange, on_sent=on_sent)

    return route


class Hold:
    """A route that stops sending a file after so many bytes, until told to go on.

    Attributes:
        reached: set when it has stopped.
        released: set it to go on, now and from then on.
        left: set when a client gave up waiting.
    """

    def __init__(self, after_bytes: int, *, spared_requests: int = 0) -> None:
        self._after_bytes, self._spared_requests = after_bytes, spared_requests
        self.reached, self.released, self.left = (threading.Event() for _ in range(3))

    def __call__(self, exchange: Exchange) -> None:
        if self._spared_requests:
            self._spared_requests -= 1
            send_file(exchange)
        else:
            send_file(exchange, on_sent=lambda sent_bytes: self._wait(exchange, sent_bytes))

    def _wait(self, exchange: Exchange, sent_bytes: int) -> None:
        if sent_bytes >= self._after_bytes and not self.released.is_set():
            self.reached.set()
            try:
                exchange.wait_for(self.released)
            except Hangup:
                self.left.set()
                raise
