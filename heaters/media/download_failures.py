"""Why a download failed: one line for a person, and whether trying again may help."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from yt_dlp.networking.exceptions import (
    CertificateVerifyError,
    HTTPError,
    TransportError,
)
from yt_dlp.utils import DownloadError, ExtractorError, UnsupportedError, YoutubeDLError

from heaters.media.download_guard import Refused

_MAY_PASS = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Advice for users of yt-dlp's own command line, which ours are not.
_ADVICE = re.compile(r"(?s)(\. (Use|See|Try) | \(caused by |; please report |\n).*")


class FailureKind(StrEnum):
    """What the caller should make of a failure."""

    INVALID = "invalid"
    """Trying again without a change will not help."""
    EXTERNAL = "external"
    """Trying again may help."""
    DISK_FULL = "disk_full"
    """Trying again may help once there is room."""


@dataclass(frozen=True)
class Failure:
    """A failure's kind and its reason, a phrase to follow the address and a colon."""

    kind: FailureKind
    reason: str


def explain(error: BaseException, *, page_was_read: bool) -> Failure:
    """Return what ``error`` means for the caller.

    Args:
        error: what ended the download, as yt-dlp or the guard raised it.
        page_was_read: whether the video had been found, so that its media were being fetched.
    """
    causes = list(_causes(error))
    for cause in causes:
        failure = _explain_cause(cause, page_was_read=page_was_read)
        if failure:
            return failure
    network = [cause for cause in causes if isinstance(cause, OSError | TransportError)]
    if network:
        told = next((cause for cause in network if getattr(cause, "strerror", None)), network[-1])
        return Failure(FailureKind.EXTERNAL, f"the connection failed ({_message(told)})")
    kind = FailureKind.INVALID if isinstance(error, YoutubeDLError) else FailureKind.EXTERNAL
    told = next((cause for cause in causes if isinstance(cause, ExtractorError)), error)
    return Failure(kind, _message(told))


def _explain_cause(cause: BaseException, *, page_was_read: bool) -> Failure | None:
    """Return what this one cause settles, if it settles anything."""
    kind = FailureKind.INVALID
    match cause:
        case Refused():
            reason = str(cause)
        case HTTPError():
            return _explain_status(cause.status, cause.reason or "", page_was_read=page_was_read)
        case UnsupportedError():
            reason = "no video found there"
        case CertificateVerifyError():
            reason = f"its TLS certificate is not valid ({_message(cause)})"
        case socket.gaierror(errno=socket.EAI_NONAME):
            reason = "there is no host of that name"
        case DownloadError() if "ffmpeg could not be found" in str(cause):
            reason = "its stream is one that only ffmpeg reads, which is not let onto the network"
        case BaseException(errno=number) if number in _NO_ROOM:
            kind, reason = FailureKind.DISK_FULL, "no room on the disk"
        case _:
            return None
    return Failure(kind, reason)


def _explain_status(status: int, phrase: str, *, page_was_read: bool) -> Failure:
    reason = f"the server answered {status} {phrase}".rstrip()
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        reason += " (a login may be needed)"
    # An address that was just taken from a page and is forbidden has expired: a new attempt reads
    # the page again and gets a fresh one.
    expired = status == HTTPStatus.FORBIDDEN and page_was_read
    may_pass = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _MAY_PASS or expired
    return Failure(FailureKind.EXTERNAL if may_pass else FailureKind.INVALID, reason)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give ``error``, then what caused it by Python's and yt-dlp's links, outermost first."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, DownloadError | ExtractorError) and cause.exc_info:
            waiting.append(cause.exc_info[1])
        waiting += [getattr(cause, "cause", None), getattr(cause, "reason", None)]
        waiting += [cause.__cause__, cause.__context__]


def _message(error: BaseException) -> str:
    text = error.orig_msg if isinstance(error, ExtractorError) else str(error)
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
    text = _ADVICE.sub("", text.removeprefix("ERROR: ")).strip()
    return text or type(error).__name__
