"""One chore or command of ``size.py`` in a process of its own: what it peaks at is its own.

The store is played: it lists what the rows name, a thousand keys at a time as S3 does, and for
some exported files an older attempt that no row names.
"""

from __future__ import annotations

import atexit
import json
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from heaters.config import get_settings
from heaters.connection import connect
from heaters.storage.store import ObjectInfo

_STORED_AT = datetime(2020, 1, 1, tzinfo=UTC)
_PAGE = 1000


class PlayedStore:
    """As much of a store as chores and the check use."""

    place, deleted = "a played store", 0

    def __init__(self, url: str, marker: str) -> None:
        self._url, self._marker = url, marker

    def read_marker(self) -> str:
        """Say that the store is this library's."""
        return self._marker

    def exists(self, _key: str) -> bool:
        """Never asked: every key that a row names is listed."""
        return True

    def delete(self, *keys: str) -> None:
        """Count what is deleted."""
        self.deleted += len(keys)

    def sweep(self, older_than_s: float) -> int:  # noqa: ARG002 - the store's signature
        """Find no pieces of uploads."""
        return 0

    def folders(self, _prefix: str) -> Iterator[str]:
        """Name the folders of the videos."""
        with connect(self._url) as connection:
            for (video_id,) in connection.execute("SELECT id FROM videos").fetchall():
                yield str(video_id)

    def list_objects(self, _prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """Go through all keys behind ``after``, in order."""
        query = "SELECT key, size_bytes FROM artifacts WHERE key > %s ORDER BY key LIMIT %s"
        with connect(self._url) as connection:
            connection.autocommit = True
            while rows := connection.execute(query, [after, _PAGE]).fetchall():
                for key, size_bytes in rows:
                    before, token = key[:-20], key[-20:]
                    if "/clips/" in key and token.startswith("0"):
                        yield ObjectInfo(f"{before}{'0' * 16}.mp4", size_bytes, _STORED_AT, "")
                    yield ObjectInfo(key, size_bytes, _STORED_AT, "")
                after = rows[-1][0]


def _chore(name: str) -> object:
    from heaters.pipeline.chores.running import run_chore
    from heaters.pipeline.tools import Tools
    from heaters.repositories.database import Database
    from heaters.services.installation import own_mark
    from heaters.services.invariants import Verification, verify

    settings = get_settings()
    assert settings.database_url
    url = settings.database_url.get_secret_value()
    database = Database(url)
    store = PlayedStore(url, own_mark(database).text())
    if name == "check":
        found = Verification()
        for _ in verify(database, store, found, record=False, stopped=threading.Event()):  # pyright: ignore
            pass
        return {"objects": found.objects, "findings": found.finding_count}
    done = run_chore(Tools(settings, database, store), name)  # pyright: ignore
    assert done
    return done.error or done.result


def _collect() -> object:
    """All that collect does, but for the bytes of the files."""
    from heaters.cli.collect import _entry
    from heaters.cli.collected import Collected
    from heaters.connection import reading_connection
    from heaters.domain.names import export_file_name
    from heaters.repositories import listing

    with reading_connection(get_settings()) as connection:
        folder = Collected(
            get_settings().data_dir / "collected", installation=listing.installation_id(connection)
        )
        for video_id in listing.video_ids(connection):
            exported = listing.exported_clips(connection, video_id)
            connection.commit()
            for clip in exported:
                name = export_file_name(clip.title, video_id, clip.start_frame, clip.end_frame)
                folder.announce(name, video_id)
                folder.add(_entry(name, clip))
    folder.close()
    return {"clips": folder.count}


def _tell(began: float) -> None:
    status = Path("/proc/self/status").read_text()
    [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    figures = {"seconds": round(time.monotonic() - began, 1), "peak_mb": int(peak) // 1024}
    print(json.dumps(figures), file=sys.stderr)


def main(kind: str, *arguments: str) -> None:
    """Do it; the last line on stderr says how long it took and how much memory."""
    atexit.register(_tell, time.monotonic())
    if kind == "heaters":
        from heaters.cli.main import main as run

        sys.argv = ["heaters", *arguments]
        run()
    else:
        result = _collect() if kind == "collect" else _chore(kind)
        print(json.dumps(result), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
