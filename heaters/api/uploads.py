"""Uploads by the tus protocol 1.0 (creation, termination, expiration), and making a video of one.

``POST /api/uploads`` begins an upload, ``PATCH`` on its address brings bytes, ``HEAD`` says how
many have arrived, ``DELETE`` gives it up. ``POST`` on its address makes a video of the whole file.
"""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate
from pathlib import Path

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heaters.domain.errors import HeatersError, InvalidInput, NotFound, Unexpected
from heaters.runtime import Runtime
from heaters.services.bringing_in import bring_in
from heaters.services.ingest import AlreadyHere
from heaters.services.transfers import transfer, write
from heaters.services.uploads import TooLarge, Upload, Uploads
from heaters.storage.disk import disk_errors
from heaters.storage.errors import StorageFull

_log = structlog.get_logger(__name__)

WRITE_BYTES = 4 << 20
"""How much of a body is gathered before it is written."""

_VERSION = "1.0.0"
_SILENT_S = 10.0  # a writer that got nothing for this long has lost its connection
_SWEEP_S = 3600.0


class WrongOffset(HeatersError):
    """The bytes that came do not follow those that are here."""

    def __init__(self, offset_bytes: int) -> None:
        super().__init__(f"{offset_bytes} bytes have arrived; go on after them")


class BeingWritten(HeatersError):
    """Another request brings bytes of the same upload."""

    def __init__(self) -> None:
        super().__init__("this file is being uploaded already, perhaps in another tab")


_STATUS: dict[type[HeatersError], int] = {
    TooLarge: 413,
    StorageFull: 507,
    NotFound: 404,
    WrongOffset: 409,
    AlreadyHere: 409,
    BeingWritten: 423,
    InvalidInput: 400,
    Unexpected: 500,
}


class Receiver:
    """What of uploads lives in this process: who writes, and what becomes a video."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.uploads = Uploads(
            runtime.settings.data_dir / "uploads", max_bytes=runtime.settings.upload_max_bytes
        )
        self._writers: dict[str, _Writer] = {}
        self._landings: dict[str, asyncio.Task[int]] = {}

    async def sweep(self) -> None:
        """Remove abandoned uploads, now and then once an hour."""
        while True:
            try:
                await write(self.uploads.sweep)
            except Exception:  # noqa: BLE001 - one bad hour must not be the last one
                _log.exception("abandoned uploads were not swept")
            await asyncio.sleep(_SWEEP_S)

    async def append(self, upload: Upload, offset_bytes: int, request: Request) -> None:
        """Write the request's body after what has arrived; what comes before a cut stays.

        Raises:
            BeingWritten: another request is at it.
            WrongOffset: ``offset_bytes`` is not where the file ends.
            InvalidInput: the body is longer than what was announced.
            StorageFull: the disk is full.
        """
        while other := self._writers.get(upload.id):
            if not other.is_silent():
                raise BeingWritten
            await other.stop()
        arrived_bytes = self.uploads.offset_bytes(upload)
        if offset_bytes != arrived_bytes:
            raise WrongOffset(arrived_bytes)
        writer = self._writers[upload.id] = _Writer()
        try:
            await writer.write(request, self.uploads.path(upload), upload.size_bytes)
        finally:
            del self._writers[upload.id]
            writer.stopped.set()

    async def remove(self, upload: Upload) -> None:
        """Forget an upload, also while it is being written.

        Raises:
            BeingWritten: it is becoming a video.
        """
        if upload.id in self._landings:
            raise BeingWritten
        writer = self._writers.get(upload.id)
        if writer is not None:
            await writer.stop()
        await write(self.uploads.remove, upload)

    async def land(self, upload: Upload, *, again: bool) -> int:
        """Make a video of a whole upload and return its id; asked again, the same one.

        It goes on if the browser does not wait for it.

        Raises:
            AlreadyHere: the library has it; the upload stays, to be added again or given up.
            InvalidInput: some of it is still to come.
            HeatersError: what the store raises; the upload stays.
        """
        if upload.video_id is not None:
            return upload.video_id
        if upload.id not in self._landings:
            if self.uploads.offset_bytes(upload) != upload.size_bytes:
                raise InvalidInput("some of the file is still to come")
            landing = asyncio.create_task(transfer(self._bring_in, upload, again))
            self._landings[upload.id] = landing
            landing.add_done_callback(lambda _: self._landings.pop(upload.id))
        return await asyncio.shield(self._landings[upload.id])

    def _bring_in(self, upload: Upload, again: bool) -> int:
        video_id = bring_in(
            self._runtime.database,
            self._runtime.store,
            self.uploads.path(upload),
            name=upload.name,
            again=again,
            consume=True,
        )
        self.uploads.became(upload, video_id)
        return video_id


class _Writer:
    """Writes the body of one request, until it ends or another request takes over."""

    def __init__(self) -> None:
        self._stopping = asyncio.Event()
        self.stopped = asyncio.Event()
        self._heard_at_s = time.monotonic()

    def is_silent(self) -> bool:
        """Return whether the last byte came too long ago for the connection to be alive."""
        return time.monotonic() - self._heard_at_s > _SILENT_S

    async def stop(self) -> None:
        """Have the writer end, and wait until it has."""
        self._stopping.set()
        await self.stopped.wait()

    async def write(self, request: Request, path: Path, size_bytes: int) -> None:
        """Append the body to the file, which becomes at most ``size_bytes`` long."""
        gathered = bytearray()
        with disk_errors(path.parent, size_bytes), path.open("r+b", buffering=0) as file:
            left_bytes = size_bytes - file.seek(0, 2)
            async for chunk in self._chunks(request):
                left_bytes -= len(chunk)
                if left_bytes < 0:
                    raise InvalidInput("more bytes came than the upload announced")
                gathered += chunk
                if len(gathered) >= WRITE_BYTES:
                    await write(_write_all, file.write, gathered)
                    gathered = bytearray()
            await write(_write_all, file.write, gathered)

    async def _chunks(self, request: Request) -> AsyncIterator[bytes]:
        stream = aiter(request.stream())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while True:
                coming = asyncio.ensure_future(anext(stream, b""))
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    return
                try:
                    chunk = coming.result()
                except ClientDisconnect:
                    return
                self._heard_at_s = time.monotonic()
                if not chunk:
                    return
                yield chunk
        finally:
            stopping.cancel()


def _write_all(write_some: Callable[[memoryview], int | None], data: bytearray) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[write_some(rest) or 0 :]


Handler = Callable[[Request, Receiver], Awaitable[Response]]


def _answering(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a handler so that what it raises becomes a status and ``{"error"}`` in words."""

    async def answer(request: Request) -> Response:
        try:
            response = await handle(request, request.app.state.receiver)
        except Exception as problem:  # noqa: BLE001 - whoever asked is to know that it failed
            error = problem if isinstance(problem, HeatersError) else Unexpected(problem)
            if error is not problem:
                _log.exception("an upload failed")
            status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)
            facts: dict[str, object] = {"error": str(error)}
            if isinstance(error, AlreadyHere):
                facts["video"] = {
                    "id": error.video_id,
                    "title": error.title,
                    "failure": error.failure,
                }
            response = JSONResponse(facts, status)
        response.headers["Tus-Resumable"] = _VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


async def _options(_request: Request, receiver: Receiver) -> Response:
    headers = {
        "Tus-Version": _VERSION,
        "Tus-Extension": "creation,expiration,termination",
        "Tus-Max-Size": str(receiver.uploads.max_bytes),
    }
    return Response(status_code=204, headers=headers)


async def _create(request: Request, receiver: Receiver) -> Response:
    _require_version(request)
    upload = await write(
        receiver.uploads.begin,
        reviewer_id=_reviewer_id(request),
        name=_metadata(request).get("filename", ""),
        size_bytes=_number(request, "Upload-Length"),
    )
    headers = {"Location": f"/api/uploads/{upload.id}", **_state(upload, receiver)}
    return Response(status_code=201, headers=headers)


async def _head(request: Request, receiver: Receiver) -> Response:
    upload = _find(request, receiver)
    return Response(headers=_state(upload, receiver) | {"Upload-Length": str(upload.size_bytes)})


async def _patch(request: Request, receiver: Receiver) -> Response:
    _require_version(request)
    upload = _find(request, receiver)
    if request.headers.get("content-type") != "application/offset+octet-stream":
        return JSONResponse({"error": "send application/offset+octet-stream"}, 415)
    await receiver.append(upload, _number(request, "Upload-Offset"), request)
    return Response(status_code=204, headers=_state(upload, receiver))


async def _delete(request: Request, receiver: Receiver) -> Response:
    _require_version(request)
    await receiver.remove(_find(request, receiver))
    return Response(status_code=204)


async def _land(request: Request, receiver: Receiver) -> Response:
    upload = _find(request, receiver)
    video_id = await receiver.land(upload, again=request.query_params.get("again") == "1")
    return JSONResponse({"video_id": video_id}, 201)


def _find(request: Request, receiver: Receiver) -> Upload:
    return receiver.uploads.find(
        request.path_params["upload_id"], reviewer_id=_reviewer_id(request)
    )


def _state(upload: Upload, receiver: Receiver) -> dict[str, str]:
    return {
        "Upload-Offset": str(receiver.uploads.offset_bytes(upload)),
        "Upload-Expires": formatdate(receiver.uploads.expires_at_s(upload), usegmt=True),
    }


def _reviewer_id(request: Request) -> int:
    return request.scope["heaters.reviewer_id"]


def _require_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != _VERSION:
        raise InvalidInput(f"only Tus-Resumable: {_VERSION} is understood")


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise InvalidInput(f"{header} must be a whole number of bytes")
    return int(value)


def _metadata(request: Request) -> dict[str, str]:
    """Return what ``Upload-Metadata`` says: comma-separated keys, each with a text in Base64."""
    found: dict[str, str] = {}
    for pair in request.headers.get("upload-metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = b64decode(value, validate=True).decode("utf-8", "replace")
        except NotBase64:
            raise InvalidInput("Upload-Metadata is not Base64") from None
    return found


ROUTES = [
    Route("/api/uploads", _answering(_options), methods=["OPTIONS"]),
    Route("/api/uploads", _answering(_create), methods=["POST"]),
    Route("/api/uploads/{upload_id}", _answering(_head), methods=["HEAD"]),
    Route("/api/uploads/{upload_id}", _answering(_patch), methods=["PATCH"]),
    Route("/api/uploads/{upload_id}", _answering(_delete), methods=["DELETE"]),
    Route("/api/uploads/{upload_id}", _answering(_land), methods=["POST"]),
]
