"""A network that breaks: a TCP proxy that cuts connections off in mid-answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_HEAD_END = b"\r\n\r\n"


@contextmanager
def cutting_proxy(upstream_url: str, body_bytes: list[int]) -> Iterator[str]:
    """Give the address of a proxy to an HTTP server while the block runs.

    The server must answer one request per connection, as moto's does.

    Args:
        upstream_url: ``http://host:port``.
        body_bytes: how many bytes of its answer's body the n-th connection lets through before it
            is cut. Later connections are whole.
    """
    host, port = upstream_url.removeprefix("http://").split(":")
    allowances = iter(body_bytes)

    def serve(client: socket.socket) -> None:
        allowance = next(allowances, None)
        with client, socket.create_connection((host, int(port))) as server, suppress(OSError):
            threading.Thread(target=pass_on, args=(client, server), daemon=True).start()
            if allowance is not None:
                head, body = receive_head(server)
                client.sendall(head + body[:allowance])
                allowance = max(0, allowance - len(body))
            pass_on(server, client, allowance)

    def receive_head(server: socket.socket) -> tuple[bytes, bytes]:
        received = b""
        while _HEAD_END not in received and (data := server.recv(1 << 16)):
            received += data
        head, end, body = received.partition(_HEAD_END)
        return head + end, body

    def pass_on(source: socket.socket, target: socket.socket, allowance: int | None = None) -> None:
        with suppress(OSError):
            while allowance != 0:
                data = source.recv(1 << 16 if allowance is None else min(1 << 16, allowance))
                if not data:
                    break
                target.sendall(data)
                allowance = None if allowance is None else allowance - len(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
