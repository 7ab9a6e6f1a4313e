"""A door before an S3 server that behaves as servers of other makes do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Refuses = Callable[[str, str, Mapping[str, str]], bool]

REFUSED: dict[str, tuple[int, str, Refuses]] = {
    "trailers": (501, "NotImplemented", lambda _m, _q, h: "x-amz-trailer" in h),
    "checksums": (400, "InvalidArgument", lambda _m, _q, h: any("checksum-" in n for n in h)),
    "no MD5": (400, "MissingContentMD5", lambda m, q, h: _many(m, q) and "content-md5" not in h),
    "many deletes": (501, "NotImplemented", lambda m, q, _h: _many(m, q)),
    "storage classes": (400, "InvalidStorageClass", lambda _m, _q, h: "x-amz-storage-class" in h),
    "conditions": (501, "NotImplemented", lambda _m, _q, h: "if-none-match" in h),
    "lists of uploads": (501, "NotImplemented", lambda m, q, _h: m == "GET" and "uploads" in q),
    "weak comparisons": (412, "PreconditionFailed", lambda _m, _q, h: _is_odd(h.get("if-match"))),
}
"""What each refuses: HTTP status, S3's code, and for which (method, query, lower-case headers)."""

SMALL_PAGES = "small pages"
"""Two keys a page of a list."""

ALL_PAST_THE_END = "all past the end"
"""A range past the end is answered with everything."""

FROM_THE_BEGINNING = "from the beginning"
"""A list begins at its first key, whatever it should start after."""

SLOW_DOWN = "slow down"
"""The first request of each kind for a path is told to come again."""

ODD_ETAGS = "odd ETags"
"""HEAD gives them without quotes, in capitals; GET as weak ones."""

NOT_DELETED = "not deleted: "
"""With one of S3's codes behind it: how the delete of an object named ``locked`` is refused."""

QUIRKS = (*REFUSED, SMALL_PAGES, ALL_PAST_THE_END, FROM_THE_BEGINNING, SLOW_DOWN, ODD_ETAGS)


def _many(method: str, query: str) -> bool:
    return method == "POST" and query.startswith("delete")


def _is_odd(etag: str | None) -> bool:
    return etag is not None and not etag.startswith('"')


@contextmanager
def quirky(upstream_url: str, *quirks: str) -> Iterator[str]:
    """Give the address of a server with these quirks, which passes all else on."""
    upstream = upstream_url.removeprefix("http://")
    seen: set[tuple[str, str]] = set()

    class Door(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.refused(headers):
                return
            status, found, content = self.ask(body, dict(self.headers.items()))
            if status == 416 and ALL_PAST_THE_END in quirks:
                del headers["range"]
                status, found, content = self.ask(body, headers)
            if ODD_ETAGS in quirks and "ETag" in found and self.command in ("HEAD", "GET"):
                etag = found["ETag"]
                found["ETag"] = (
                    etag.strip('"').upper() if self.command == "HEAD" else f"W/{etag.lower()}"
                )
            self.answer(status, found, content)

        def refused(self, headers: Mapping[str, str]) -> bool:
            query = self.path.partition("?")[2]
            for status, code, refuses in (REFUSED[name] for name in quirks if name in REFUSED):
                if refuses(self.command, query, headers):
                    self.answer(status, {}, _error(code))
                    return True
            if self.command == "DELETE" and "/locked" in self.path:
                for code in (q.removeprefix(NOT_DELETED) for q in quirks if NOT_DELETED in q):
                    self.answer(409, {}, _error(code))
                    return True
            request = (self.command, self.path)
            if SLOW_DOWN in quirks and request not in seen:
                seen.add(request)
                self.answer(503, {}, _error("SlowDown"))
                return True
            return False

        def ask(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
            path = self.path
            if SMALL_PAGES in quirks and "list-type=2" in path:
                path += "&max-keys=2"
            if FROM_THE_BEGINNING in quirks:
                path = path.replace("&start-after=", "&unknown=")
            connection = HTTPConnection(upstream)
            connection.request(self.command, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

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


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code></Error>".encode()
