"""Download a video from an address, in a process of its own that may fail in any way it likes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heaters.domain.addresses import check_url, redact_text, redact_url
from heaters.domain.errors import Cancelled, ExternalFailure, InvalidInput
from heaters.domain.names import clean_line, clean_title
from heaters.media.child import ChildEnded, ChildStalled, Event, events_of
from heaters.storage.disk import disk_errors
from heaters.storage.errors import StorageFull

_EVERY_NETWORK = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class DownloadOptions:
    """The limits of a download.

    Attributes:
        allow_private: reach private, loopback and reserved addresses too.
        allowed_networks: networks such as ``"10.2.0.0/16"`` that may be reached all the same.
        max_bytes: refuse a video of more bytes than this, its streams taken together.
        stall_s: seconds without a new byte or request after which the download is given up.
    """

    allow_private: bool = False
    allowed_networks: tuple[str, ...] = ()
    max_bytes: int | None = None
    stall_s: float = 60.0


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is: never less than before. The total is an estimate until the end."""

    downloaded_bytes: int
    total_bytes: int | None


@dataclass(frozen=True)
class Downloaded:
    """A finished download.

    Attributes:
        path: the file, directly in the folder that was given.
        title: what the site calls the video, in one line; else its file name.
        size_bytes: size of the file.
        extractor: yt-dlp's name for the site ("generic" for an address of a file).
        remote_id: the site's name for the video.
        webpage_url: the page it comes from; may hold secrets, as the address given may.
        uploader: who put it there, as far as the site says.
    """

    path: Path
    title: str
    size_bytes: int
    extractor: str
    remote_id: str
    webpage_url: str
    uploader: str | None


def download(
    url: str,
    out_dir: Path,
    *,
    options: DownloadOptions,
    on_progress: Callable[[DownloadProgress], None],
    cancelled: threading.Event,
) -> Downloaded:
    """Download the one video at ``url`` into ``out_dir``, in its best quality.

    What is left there by a call that failed or was killed is resumed by the next call with the same
    address and folder. Two calls must not share a folder at the same time.

    Args:
        url: an http or https address of a media file, or of a page that yt-dlp knows how to read.
        out_dir: a folder for this video alone; made if missing.
        options: the limits.
        on_progress: called in this thread, some times a second.
        cancelled: when set, the download stops within a moment.

    Raises:
        InvalidInput: the address is not usable, private, dead, holds no video or several, needs a
            login, is live, or leads to more than ``max_bytes``.
        ExternalFailure: the network, the server or the process failed, or nothing came for
            ``stall_s``.
        StorageFull: the disk is full.
        Cancelled: ``cancelled`` was set; what was fetched stays for the next call.
    """
    url = check_url(url)
    with disk_errors(out_dir):
        out_dir.mkdir(parents=True, exist_ok=True)
    request = {
        "url": url,
        "allowed_networks": _EVERY_NETWORK if options.allow_private else options.allowed_networks,
        "max_bytes": options.max_bytes,
    }
    fetched_bytes = 0
    with closing(_events(request, out_dir, options.stall_s, cancelled)) as events:
        for event in events:
            match event:
                case {"event": "progress", "downloaded_bytes": int(now_bytes)}:
                    fetched_bytes = max(fetched_bytes, now_bytes)
                    total_bytes = event["total_bytes"] and max(event["total_bytes"], fetched_bytes)
                    on_progress(DownloadProgress(fetched_bytes, total_bytes))
                case {"event": "failed", "kind": str(kind), "reason": str(reason)}:
                    raise _failure(kind, redact_text(reason), url, out_dir)
                case {"event": "done"}:
                    return _result(event, url, out_dir)
    raise AssertionError("_events() ends with a verdict or an error")


def _events(
    request: dict[str, Any], out_dir: Path, stall_s: float, cancelled: threading.Event
) -> Generator[Event]:
    """Give the child's events as they come, the last of them its verdict."""
    shown = redact_url(request["url"])
    try:
        yield from events_of(
            "heaters.media.download_child",
            request,
            home=out_dir,
            cancelled=cancelled,
            stall_s=stall_s,
            environment={"YTDLP_NO_PLUGINS": "1"},
        )
    except Cancelled as error:
        raise Cancelled(f"{shown}: the download was cancelled") from error
    except ChildStalled as error:
        raise ExternalFailure(f"{shown}: {error}") from error
    except ChildEnded as error:
        words = redact_text(" ".join(error.last_words[-3:]).strip()) or "it said nothing"
        raise ExternalFailure(
            f"{shown}: the download process ended with status {error.returncode} ({words})"
        ) from error


def _failure(kind: str, reason: str, url: str, out_dir: Path) -> Exception:
    match kind:
        case "disk_full":
            return StorageFull(out_dir, None)
        case "invalid":
            return InvalidInput(f"{redact_url(url)}: {reason}")
        case _:
            return ExternalFailure(f"{redact_url(url)}: {reason}")


def _result(facts: dict[str, Any], url: str, out_dir: Path) -> Downloaded:
    path = out_dir / Path(facts["file"]).name
    if not path.is_file() or path.is_symlink():
        raise ExternalFailure(f"{redact_url(url)}: the download left no file")
    return Downloaded(
        path=path,
        title=clean_title(facts["title"] or ""),
        size_bytes=path.stat().st_size,
        extractor=clean_line(facts["extractor"] or ""),
        remote_id=redact_text(clean_line(facts["id"] or "")),  # for a file, the end of its address
        webpage_url=clean_line(facts["webpage_url"] or ""),
        uploader=clean_line(facts["uploader"] or "") or None,
    )
