"""Objects as files in a folder: key ``videos/7/proxy-….mp4`` is the file of that name below it."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from heaters.domain.errors import InvalidConfiguration, NotFound
from heaters.storage.disk import disk_errors, publish, temporary_path
from heaters.storage.errors import InvalidKey, NotDeleted, ObjectExists
from heaters.storage.keys import is_key, validate_key, validate_prefix
from heaters.storage.store import CHUNK_BYTES, MARKER, ObjectInfo, ObjectStore, OnProgress

_INCOMING = ".incoming"  # no key starts with a dot
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK}


class LocalStore(ObjectStore):
    """A folder of this machine, or a network file system that several machines mount.

    Files are written in a hidden folder of the same file system, synced, and then given their name.
    """

    origin = None

    def __init__(self, folder: Path) -> None:
        """Use ``folder``; it is made if it is missing.

        Raises:
            InvalidConfiguration: it cannot be made, or is no folder.
        """
        with disk_errors(folder):
            try:
                (folder / _INCOMING).mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise InvalidConfiguration(f"not a folder: {error.filename}") from error
            self._folder = folder.resolve(strict=True)
        self._incoming = self._folder / _INCOMING
        self.place = str(self._folder)

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        archive: bool = False,  # noqa: ARG002 - a disk has no cheaper place
        overwrite: bool = True,
        consume: bool = False,
        on_progress: OnProgress | None = None,
    ) -> int:
        """See ``ObjectStore``. A consumed file on the same file system is not copied."""
        target = self._path(key)
        with disk_errors(path.parent):
            size_bytes = path.stat().st_size
        with (
            disk_errors(self._folder, size_bytes),
            temporary_path(self._incoming) as temporary,
        ):
            if not (consume and _linked(path, temporary)):
                _copy(path, temporary, on_progress)
            elif on_progress:
                on_progress(size_bytes)
            _publish(key, temporary, target, overwrite)
            if consume:
                path.unlink()
        return size_bytes

    def put_bytes(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        """See ``ObjectStore``."""
        target = self._path(key)
        with (
            disk_errors(self._folder, len(data)),
            temporary_path(self._incoming) as temporary,
        ):
            temporary.write_bytes(data)
            _publish(key, temporary, target, overwrite)

    def get_file(self, key: str, path: Path, *, on_progress: OnProgress | None = None) -> None:
        """See ``ObjectStore``."""
        source = self.local_path(key)
        with (
            disk_errors(path.parent, self.stat(key).size_bytes),
            temporary_path(path.parent) as temporary,
        ):
            _copy(source, temporary, on_progress)
            publish(temporary, path)

    def read_range(
        self, key: str, start_byte: int = 0, end_byte: int | None = None
    ) -> Iterator[bytes]:
        """See ``ObjectStore``."""
        size_bytes = self.stat(key).size_bytes
        end_byte = size_bytes if end_byte is None else min(end_byte, size_bytes)
        return _chunks(self._path(key), start_byte, end_byte)

    def stat(self, key: str) -> ObjectInfo:
        """See ``ObjectStore``."""
        try:
            status = self._path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            status = None
        if status is None or not stat.S_ISREG(status.st_mode):
            raise NotFound(f"no object {key} in {self._folder}")
        return _info(key, status)

    def list_objects(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """See ``ObjectStore``."""
        validate_prefix(prefix)
        with disk_errors(self._folder):
            for key, entry in _walk(self._folder / prefix, prefix, after):
                with suppress(FileNotFoundError, NotFound, InvalidKey):  # gone; a link to elsewhere
                    if entry.is_symlink():
                        yield self.stat(key)
                    elif entry.is_file():
                        yield _info(key, entry.stat())

    def folders(self, prefix: str) -> Iterator[str]:
        """See ``ObjectStore``."""
        validate_prefix(prefix)
        with (
            disk_errors(self._folder),
            suppress(FileNotFoundError, NotADirectoryError),
            os.scandir(self._folder / prefix) as entries,
        ):
            yield from [entry.name for entry in entries if entry.is_dir()]

    def look(self, limit: int) -> Sequence[str]:
        """See ``ObjectStore``."""
        found: list[str] = []
        with disk_errors(self._folder):
            for folder, folders, names in os.walk(self._folder):
                folders[:] = [name for name in folders if not name.startswith(".")]
                for name in names:
                    if not name.startswith("."):
                        found.append(Path(folder, name).relative_to(self._folder).as_posix())
                    if len(found) == limit:
                        return found
        return found

    def read_marker(self) -> str | None:
        """See ``ObjectStore``."""
        with disk_errors(self._folder):
            try:
                return (self._folder / MARKER).read_text("utf-8", "replace").strip()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def write_marker(self, text: str, *, overwrite: bool) -> None:
        """See ``ObjectStore``."""
        with disk_errors(self._folder), temporary_path(self._incoming) as temporary:
            temporary.write_text(f"{text}\n", "utf-8")
            try:
                publish(temporary, self._folder / MARKER, overwrite=overwrite)
            except FileExistsError:
                return
            except OSError as error:
                if overwrite or error.errno not in _NO_HARD_LINKS:
                    raise
                publish(temporary, self._folder / MARKER)

    def delete(self, *keys: str) -> None:
        """See ``ObjectStore``. Folders stay: a writer may be about to use them."""
        paths = {key: self._path(key) for key in keys}
        reasons: dict[str, str] = {}
        for key, path in paths.items():
            try:
                if path.is_file():
                    path.unlink(missing_ok=True)
            except OSError as error:
                reasons[key] = error.strerror or str(error)
        if reasons:
            raise NotDeleted(reasons)

    def sweep(self, older_than_s: float) -> int:
        """See ``ObjectStore``. A file's age counts from its last write or link."""
        swept = 0
        with disk_errors(self._incoming):
            for path in self._incoming.iterdir():
                with suppress(FileNotFoundError):  # its writer has just finished
                    if path.stat().st_ctime <= time.time() - older_than_s:
                        path.unlink()
                        swept += 1
        return swept

    def local_path(self, key: str) -> Path:
        """See ``ObjectStore``; here there always is one."""
        self.stat(key)
        return self._path(key)

    def presign(self, key: str, expires_s: int, download_name: str | None = None) -> None:
        """See ``ObjectStore``; here there is none."""

    def _path(self, key: str) -> Path:
        """Return where ``key`` is or would be; refuse a symbolic link that leads elsewhere."""
        validate_key(key)
        path = self._folder / key
        if not path.resolve().is_relative_to(self._folder):
            raise InvalidKey(f"{key} leads out of {self._folder} by a symbolic link")
        return path


def _publish(key: str, temporary: Path, target: Path, overwrite: bool) -> None:
    try:
        publish(temporary, target, overwrite=overwrite)
    except FileExistsError as error:
        raise ObjectExists(key) from error


def _linked(path: Path, temporary: Path) -> bool:
    """Give the file at ``path`` a second name, if the file systems allow it."""
    try:
        temporary.hardlink_to(path.resolve())
    except OSError:
        return False
    return True


def _copy(source: Path, target: Path, on_progress: OnProgress | None) -> None:
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(CHUNK_BYTES):
            writer.write(chunk)
            if on_progress:
                on_progress(reader.tell())


def _chunks(path: Path, start_byte: int, end_byte: int) -> Iterator[bytes]:
    with disk_errors(path), path.open("rb") as file:
        file.seek(start_byte)
        while chunk := file.read(max(0, min(CHUNK_BYTES, end_byte - file.tell()))):
            yield chunk


def _walk(folder: Path, prefix: str, after: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Give what in and below ``folder`` may be an object, by key, from behind the key ``after``."""
    try:
        with os.scandir(folder) as entries:
            found = {
                entry.name + "/" * entry.is_dir(follow_symlinks=False): entry for entry in entries
            }
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in sorted(found):
        key, entry = prefix + name, found.pop(name)
        if not is_key(key.rstrip("/")) or (key <= after and not after.startswith(key)):
            continue
        if name.endswith("/"):
            yield from _walk(folder / entry.name, key, after)
        elif key > after:
            yield key, entry


def _info(key: str, status: os.stat_result) -> ObjectInfo:
    """Describe a file. A consumed one keeps its time of writing; ctime is when it got its name."""
    return ObjectInfo(
        key=key,
        size_bytes=status.st_size,
        stored_at=datetime.fromtimestamp(status.st_ctime, UTC),
        etag=f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}",
    )
