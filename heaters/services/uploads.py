"""Uploads under way: a file that grows, and beside it what was announced.

They outlive the process, so that an upload goes on after the server was killed. One that was not
written to for a day is swept.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from heaters.domain.errors import InvalidInput, NotFound
from heaters.domain.names import base_name
from heaters.storage.disk import disk_errors
from heaters.storage.errors import StorageFull

LIFETIME_S = 24 * 3600
"""How long an upload is kept after its last byte."""

_ID = re.compile(r"[0-9a-f]{32}")


class TooLarge(InvalidInput):
    """The upload is above ``upload_max_bytes``."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"larger than {limit_bytes:,} bytes (HEATERS_UPLOAD_MAX_BYTES)")


@dataclass(frozen=True)
class Upload:
    """What was announced of an upload, and the video that it became, once it has.

    Attributes:
        id: 128 random bits in hexadecimal digits.
        reviewer_id: who began it; for everybody else it does not exist.
        name: what the person calls the file.
        size_bytes: how long the file is.
    """

    id: str
    reviewer_id: int
    name: str
    size_bytes: int
    video_id: int | None = None


class Uploads:
    """The uploads in one folder."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        with disk_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.max_bytes = max_bytes

    def begin(self, *, reviewer_id: int, name: str, size_bytes: int) -> Upload:
        """Make an empty upload, once it is sure that it can become a video.

        Raises:
            InvalidInput: it has no name, is empty, or too large.
            StorageFull: the disk has no room for it and what others have begun.
        """
        name = base_name(name)
        if name in {"", ".", ".."}:
            raise InvalidInput("the upload has no file name")
        if size_bytes <= 0:
            raise InvalidInput("the upload is empty")
        if size_bytes > self.max_bytes:
            raise TooLarge(self.max_bytes)
        self.sweep()
        if size_bytes + self._awaited_bytes() > shutil.disk_usage(self.folder).free:
            raise StorageFull(self.folder, size_bytes)
        upload = Upload(secrets.token_hex(16), reviewer_id, name, size_bytes)
        with disk_errors(self.folder):
            self.path(upload).touch(mode=0o600)
            self._keep(upload)
        return upload

    def find(self, upload_id: str, *, reviewer_id: int) -> Upload:
        """Return a person's upload.

        Raises:
            NotFound: they have none of this id; it may have been swept.
        """
        upload = self._read(self.folder / f"{upload_id}.json") if _ID.fullmatch(upload_id) else None
        if upload is None or upload.reviewer_id != reviewer_id:
            raise NotFound("this upload does not exist any more; begin it again")
        return upload

    def path(self, upload: Upload) -> Path:
        """Return the file that holds what has arrived."""
        return self.folder / upload.id

    def offset_bytes(self, upload: Upload) -> int:
        """Return how much has arrived.

        Raises:
            NotFound: the upload was removed meanwhile.
        """
        if upload.video_id is not None:
            return upload.size_bytes
        with disk_errors(self.folder):
            return self.path(upload).stat().st_size

    def expires_at_s(self, upload: Upload) -> float:
        """Return when the upload will be swept unless more arrives, in seconds since 1970."""
        ages = [self.folder / f"{upload.id}.json", self.path(upload)]
        return LIFETIME_S + max((p.stat().st_mtime for p in ages if p.exists()), default=0.0)

    def became(self, upload: Upload, video_id: int) -> None:
        """Remember which video the upload is now, for a browser that asks again."""
        self._keep(replace(upload, video_id=video_id))

    def remove(self, upload: Upload) -> None:
        """Forget an upload and what has arrived of it."""
        (self.folder / f"{upload.id}.json").unlink(missing_ok=True)
        self.path(upload).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove uploads that were abandoned, and what killed processes left."""
        now_s = time.time()
        for path in self.folder.iterdir():
            upload = self._read(path.with_suffix(".json"))
            with suppress(FileNotFoundError):
                if upload is None:  # unreadable, or none: what is young may be becoming one
                    if _is_old(path, now_s):
                        path.unlink()
                elif self.expires_at_s(upload) < now_s:
                    self.remove(upload)

    def _awaited_bytes(self) -> int:
        """Return how many bytes are still to come of the uploads that were begun."""
        uploads = [self._read(path) for path in self.folder.glob("*.json")]
        awaited_bytes = 0
        for upload in filter(None, uploads):
            with suppress(NotFound):
                awaited_bytes += upload.size_bytes - self.offset_bytes(upload)
        return awaited_bytes

    def _keep(self, upload: Upload) -> None:
        draft = self.folder / f"{upload.id}.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(upload), file)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the name with nothing in it
        draft.replace(self.folder / f"{upload.id}.json")

    def _read(self, path: Path) -> Upload | None:
        try:
            return Upload(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):  # removed meanwhile, or cut off by a power cut
            return None


def _is_old(path: Path, now_s: float) -> bool:
    return path.stat().st_mtime + LIFETIME_S < now_s
