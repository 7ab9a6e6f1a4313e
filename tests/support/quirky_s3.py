"""A door before an S3 server that refuses what servers of other makes refuse."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Refuses = Callable[[str, str, Mapping[str, str]], bool]

QUIRKS: dict[str, tuple[int, str, Refuses]] = {
    "trailers": (501, "NotImplemented", lambda _m, _q, h: "x-amz-trailer" in h),
    "checksums": (400, "InvalidArgument", lambda _m, _q, h: any("checksum-" in n for n in h)),
    "no MD5": (400, "MissingContentMD5", lambda m, q, h: _many(m, q) and "content-md5" not in h),
    "many deletes": (501, "NotImplemented", lambda m, q, _h: _many(m, q)),
    "storage classes": (400, "InvalidStorageClass", lambda _m, _q, h: "x-amz-storage-class" in h),
    "conditions": (501, "NotImplemented", lambda _m, _q, h: "if-none-match" in h),
    "lists of uploads": (501, "NotImplemented", lambda m, q, _h: m == "GET" and "uploads" in q),
}
"""What each refuses: HTTP status, S3's code, and for which (method, query, lower-case headers)."""


def _many(method: str, query: str) -> bool:
    return method == "POST" and query.startswith("delete")


@contextmanager
def quirky(upstream_url: str, *quirks: str) -> Iterator[str]:
    """Give the address of a server that refuses what ``quirks`` name, and passes all else on."""
    upstream = upstream_url.removeprefix("http://")

    class Door(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = self.path.partition("?")[2]
            for status, code, refuses in map(QUIRKS.__getitem__, quirks):
                if refuses(self.command, query, headers):
                    self.answer(status, {}, f"<Error><Code>{code}</Code></Error>".encode())
                    return
            connection = HTTPConnection(upstream)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            self.answer(answer.status, dict(answer.getheaders()), answer.read())

        def answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            if "content-length" not in {name.lower() for name in headers}:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
