"""The process that talks to the network for one download; see ``download`` for the other side.

Started as ``python -I -m heaters.media.download_child`` in the folder to fill. Reads one JSON
object from standard input (the fields of ``Request``) and writes one a line to standard output:
``alive`` (the process is up, a request was made, a packet was copied), ``progress`` (bytes), and
last ``done`` or ``failed``. Whatever else is printed goes to standard error.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from yt_dlp import YoutubeDL
from yt_dlp.networking._urllib import UrllibRH
from yt_dlp.utils import MEDIA_EXTENSIONS

from heaters.media import download_guard
from heaters.media.confinement import die_with, limit_memory
from heaters.media.download_failures import explain
from heaters.media.download_guard import Refused

_MEMORY_BYTES = 4 * 2**30
_PROGRESS_EVERY_S = 0.2
_SOCKET_TIMEOUT_S = 20
# Suffixes that a file may keep; never a playlist's, which would have a reader open other files.
_SUFFIXES = {*MEDIA_EXTENSIONS.video, *MEDIA_EXTENSIONS.audio, "m2ts", "mpeg", "ts"}
_NATIVE = "[protocol~='^(https?|m3u8|m3u8_native|http_dash_segments)$']"
_OPTIONS: Any = {
    "format": f"bv*{_NATIVE}+ba{_NATIVE}/b{_NATIVE}",
    "noplaylist": True,
    "playlist_items": "1:2",  # enough to tell one video from several
    "quiet": True,
    "noprogress": True,
    "color": "never",
    "proxy": "",  # none: behind one, the guard would see the proxy's address only
    "cachedir": False,
    "js_runtimes": {},
    "external_downloader": "native",
    "geo_bypass": False,
    "fixup": "never",
    "updatetime": False,
    "overwrites": None,
    "continuedl": True,
    "restrictfilenames": True,
    "outtmpl": "%(heaters_name)s.%(ext)s",
    "skip_unavailable_fragments": False,
    "retries": 3,
    "fragment_retries": 3,
    "retry_sleep_functions": {kind: lambda n: 0.5 * 2**n for kind in ("http", "fragment")},
    "socket_timeout": _SOCKET_TIMEOUT_S,
    # A block is what one read waits for: small and fixed, so that a slow server is seen to send.
    "buffersize": 64 * 2**10,
    "noresizebuffer": True,
}


@dataclass(frozen=True)
class Request:
    """What to download, under which limits."""

    url: str
    allowed_networks: list[str]
    max_bytes: int | None
    parent_pid: int


class Events:
    """The lines to the parent."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._quiet_until_s: dict[str, float] = {}

    def send(self, event: str, **facts: Any) -> None:
        """Send a line now."""
        self._stream.write(json.dumps({"event": event, **facts}) + "\n")
        self._stream.flush()

    def send_some(self, event: str, **facts: Any) -> None:
        """Send a line unless the last one of this kind went out a moment ago."""
        now_s = time.monotonic()
        if now_s >= self._quiet_until_s.get(event, 0):
            self._quiet_until_s[event] = now_s + _PROGRESS_EVERY_S
            self.send(event, **facts)


class _HttpRH(UrllibRH):
    _SUPPORTED_URL_SCHEMES = ("http", "https", "data")


class _Client(YoutubeDL):
    """yt-dlp with one way to the network, which resumes a file only if it is still the same."""

    def __init__(self, options: Any, events: Events) -> None:
        self._events = events
        self.validator: str | None = None
        """The ``ETag`` or date of the file last asked for, as ``If-Range`` takes it."""
        self.resume_validator: str | None = None
        """What the file must still have for the next ranged request to be a resumption."""
        super().__init__(options)

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:  # noqa: ARG002 - yt-dlp's own signature
        """Use no other way than plain HTTP, whatever else is installed."""
        only: Any = [_HttpRH]
        return super().build_request_director(only, preferences)

    def urlopen(self, req: Any) -> Any:
        """Make a request; the first one for a range is for a resumption."""
        self._events.send_some("alive")
        if self.resume_validator and "Range" in getattr(req, "headers", {}):
            req.headers["If-Range"] = self.resume_validator
            self.resume_validator = None
        response = super().urlopen(req)
        tag = response.headers.get("ETag")
        usable = tag and not tag.startswith("W/")  # RFC 9110 section 13.1.5: a strong one only
        self.validator = tag if usable else response.headers.get("Last-Modified")
        return response


class Fetch:
    """One download, from the page to the file."""

    def __init__(self, request: Request, events: Events) -> None:
        self._request, self._events = request, events
        self._client = _Client({**_OPTIONS, "progress_hooks": [self._on_progress]}, events)
        self._fetched_bytes: list[int] = []
        self._expected_bytes: list[int | None] = []
        self._noted_validator: str | None = None
        self.page_was_read = False

    def run(self) -> dict[str, Any]:
        """Return the facts of the ``done`` event."""
        video = self._find()
        self.page_was_read = True
        streams = video.get("requested_formats") or [video]
        self._expected_bytes = [stream.get("filesize") for stream in streams]
        self._check_size(sum(filter(None, self._expected_bytes)))
        parts = [self._fetch(video, stream) for stream in streams]
        path = parts[0]
        if len(parts) == 2:
            path = self._merge(*parts)
        facts = ("title", "id", "webpage_url", "extractor", "uploader")
        return {"file": path.name, **{fact: video.get(fact) for fact in facts}}

    def _find(self) -> dict[str, Any]:
        found: Any = self._client.extract_info(self._request.url, download=False)
        while found and found.get("_type", "video") != "video":
            entries = list(found.get("entries") or [])
            if len(entries) > 1:
                raise Refused("there are several videos; give the address of one of them")
            found = entries[0] if entries else None
        if not found:
            raise Refused("no video found there")
        if found.get("is_live"):
            raise Refused("it is a live stream; download its recording once it has ended")
        return found

    def _fetch(self, video: dict[str, Any], stream: dict[str, Any]) -> Path:
        part: Any = {key: video[key] for key in video if key != "requested_formats"} | stream
        part["heaters_name"] = _name(self._request.url, str(part.get("format_id")))
        if part.get("ext") not in _SUFFIXES:
            part["ext"] = "unknown_video"
        self._fetched_bytes.append(0)
        path = Path(self._client.prepare_filename(part))
        validator = _validator_of(path)
        if validator.exists():
            self._client.resume_validator = validator.read_text()
        elif part["protocol"] in {"http", "https"}:
            Path(f"{path}.part").unlink(missing_ok=True)
        self._client.process_info(part)
        self._client.resume_validator = self._noted_validator = None
        validator.unlink(missing_ok=True)
        return path

    def _merge(self, video: Path, audio: Path) -> Path:
        from heaters.media.download_merge import merge

        merged = merge(
            video, audio, Path(_name(self._request.url)), lambda: self._events.send_some("alive")
        )
        video.unlink()
        audio.unlink()
        return merged

    def _on_progress(self, status: dict[str, Any]) -> None:
        exact_bytes = status.get("total_bytes") or 0
        self._fetched_bytes[-1] = int(status.get("downloaded_bytes") or exact_bytes)
        self._check_size(sum(self._fetched_bytes[:-1]) + max(self._fetched_bytes[-1], exact_bytes))
        likely_bytes = int(exact_bytes or status.get("total_bytes_estimate") or 0)
        self._expected_bytes[len(self._fetched_bytes) - 1] = likely_bytes or None
        validator = self._client.validator
        if validator and validator != self._noted_validator and "fragment_index" not in status:
            _validator_of(Path(status["filename"])).write_text(validator)
            self._noted_validator = validator
        all_known = None not in self._expected_bytes
        send = self._events.send if status["status"] == "finished" else self._events.send_some
        send(
            "progress",
            downloaded_bytes=sum(self._fetched_bytes),
            total_bytes=sum(filter(None, self._expected_bytes)) if all_known else None,
        )

    def _check_size(self, known_bytes: int) -> None:
        limit_bytes = self._request.max_bytes
        if limit_bytes is not None and known_bytes > limit_bytes:
            raise Refused(
                f"larger than {limit_bytes:,} bytes (HEATERS_DOWNLOAD_MAX_BYTES allows more)"
            )


def main() -> None:
    """Run one download as told on standard input."""
    events = Events(os.fdopen(os.dup(sys.stdout.fileno()), "w"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    request = Request(**json.load(sys.stdin))
    die_with(request.parent_pid)
    limit_memory(_MEMORY_BYTES)
    download_guard.install(Path.cwd(), request.allowed_networks)
    events.send("alive")
    fetch = Fetch(request, events)
    try:
        facts = fetch.run()
    except BaseException as error:  # noqa: BLE001 - whatever happens, the parent gets a verdict
        failure = explain(error, page_was_read=fetch.page_was_read)
        events.send("failed", kind=failure.kind, reason=failure.reason)
    else:
        events.send("done", **facts)


def _name(*facts: str) -> str:
    """Return a file name for these facts: nothing that a server says becomes part of a path."""
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _validator_of(path: Path) -> Path:
    return path.with_name(path.name + ".validator")


if __name__ == "__main__":
    main()
