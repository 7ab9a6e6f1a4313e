"""Uploads: the body of one request is one file, streamed to disk, then given to the store."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import suppress
from pathlib import Path, PurePosixPath

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heaters.domain.errors import HeatersError, InvalidInput
from heaters.runtime import Runtime
from heaters.services.bringing_in import bring_in
from heaters.storage.disk import disk_errors, temporary_path
from heaters.storage.errors import StorageFull

WRITE_BYTES = 4 << 20
"""How much of a body is gathered before it is written."""

_LEFTOVER_S = 24 * 3600


class TooLarge(InvalidInput):
    """The upload is above ``upload_max_bytes``."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"larger than {limit_bytes:,} bytes (HEATERS_UPLOAD_MAX_BYTES)")


_STATUS: dict[type[HeatersError], int] = {TooLarge: 413, StorageFull: 507, InvalidInput: 400}


async def upload(request: Request) -> Response:
    """Answer ``POST /api/uploads?name=…`` with ``{"video_id"}``, or ``{"error"}`` in words."""
    try:
        video_id = await _receive(request, request.app.state.runtime)
    except ClientDisconnect:
        return JSONResponse({"error": "broken off"}, 400)
    except HeatersError as error:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)
        return JSONResponse({"error": str(error)}, status)
    return JSONResponse({"video_id": video_id}, 201)


ROUTES = [Route("/api/uploads", upload, methods=["POST"])]


def upload_folder(data_dir: Path) -> Path:
    """Make the folder of uploads under way, and remove from it what killed processes left."""
    folder = data_dir / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LEFTOVER_S:
                path.unlink()
    return folder


async def _receive(request: Request, runtime: Runtime) -> int:
    name = PurePosixPath(request.query_params.get("name", "").replace("\\", "/")).name[:200]
    if name in ("", ".."):
        raise InvalidInput("the upload has no file name")
    limit_bytes = runtime.settings.upload_max_bytes
    announced_bytes = int(request.headers.get("content-length", "0"))
    if announced_bytes > limit_bytes:
        raise TooLarge(limit_bytes)
    folder = await asyncio.to_thread(upload_folder, runtime.settings.data_dir)
    if announced_bytes > shutil.disk_usage(folder).free:
        raise StorageFull(folder, announced_bytes)
    with disk_errors(folder, announced_bytes), temporary_path(folder) as path:
        await _write(request, path, limit_bytes)
        return await asyncio.to_thread(
            bring_in, runtime.database, runtime.store, path, name=name, consume=True
        )


async def _write(request: Request, path: Path, limit_bytes: int) -> None:
    written_bytes = 0
    gathered = bytearray()
    with path.open("xb") as file:
        async for chunk in request.stream():
            gathered += chunk
            written_bytes += len(chunk)
            if written_bytes > limit_bytes:
                raise TooLarge(limit_bytes)
            if len(gathered) >= WRITE_BYTES:
                await asyncio.to_thread(file.write, gathered)
                gathered = bytearray()
        await asyncio.to_thread(file.write, gathered)
    if not written_bytes:
        raise InvalidInput("the upload is empty")
