"""Uploads by the tus protocol, one request at a time."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import httpx

from tests.support.site import Site


class Tus:
    """A client that is signed in."""

    def __init__(self, site: Site, client: httpx.Client | None = None) -> None:
        self.client = client or site.client()
        self.headers = {"origin": site.origin, "tus-resumable": "1.0.0"}

    def begin(self, name: str, size_bytes: object) -> httpx.Response:
        """Announce a file."""
        metadata = f"filename {b64encode(name.encode('utf-8', 'surrogateescape')).decode()}".strip()
        return self.client.post(
            "/api/uploads",
            headers={
                **self.headers,
                "upload-length": str(size_bytes),
                "upload-metadata": metadata,
            },
        )

    def patch(
        self, address: str, content: bytes | Iterable[bytes], offset_bytes: int = 0
    ) -> httpx.Response:
        """Bring bytes of it."""
        kind = "application/offset+octet-stream"
        headers = {"content-type": kind, "upload-offset": str(offset_bytes)}
        return self.client.patch(address, content=content, headers={**self.headers, **headers})

    def offset_bytes(self, address: str) -> int:
        """Ask how many bytes have arrived."""
        answer = self.client.head(address, headers=self.headers)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    def land(self, address: str, *, again: bool = False) -> httpx.Response:
        """Make a video of it."""
        return self.client.post(address + "?again=1" * again, headers=self.headers)

    def give_up(self, address: str) -> httpx.Response:
        """Have it forgotten."""
        return self.client.delete(address, headers=self.headers)

    def upload(self, name: str, content: bytes) -> Any:
        """Do all of it, and return the last answer."""
        address = self.begin(name, len(content)).headers["location"]
        assert self.patch(address, content).status_code == 204
        return self.land(address)
