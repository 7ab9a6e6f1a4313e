"""The object store protocol, and how to open a store by its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol
from urllib.parse import unquote, urlsplit

from heaters.domain.errors import InvalidConfiguration, NotFound

CHUNK_BYTES = 1 << 20
MARKER = ".heaters/installation"

OnProgress = Callable[[int], None]
"""Called in the caller's thread with the bytes done so far. What it raises stops the transfer."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a store knows of an object without reading it.

    Attributes:
        key: its name, made by ``keys``.
        size_bytes: its length.
        stored_at: when it was stored, UTC.
        etag: an opaque text that differs whenever the content does.
    """

    key: str
    size_bytes: int
    stored_at: datetime
    etag: str


class ObjectStore(Protocol):
    """Objects by key: whole or not there, safe to use from many threads, processes and hosts.

    Every method may raise ``InvalidKey`` (not a key), ``InvalidConfiguration`` (no permission, no
    such bucket) or ``ExternalFailure`` (network, disk; a retry may help).

    Attributes:
        place: the store's folder or address, for messages.
    """

    place: str

    origin: str | None
    """Where presigned addresses lead: a scheme and a host; None: nowhere."""

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        archive: bool = False,
        overwrite: bool = True,
        consume: bool = False,
        on_progress: OnProgress | None = None,
    ) -> int:
        """Store a file and return its size in bytes.

        Args:
            key: the object's name; its suffix decides the content type.
            path: the file, which nobody writes to meanwhile.
            archive: store it where keeping is cheap and reading takes hours, if there is such a
                place.
            overwrite: replace an object of that name. If false, of several concurrent puts one
                wins. A put over a network whose answer was lost may then meet its own object.
            consume: the file is given away: moved where possible, and gone once it is stored. After
                an error it is still there.
            on_progress: told about bytes stored.

        Raises:
            ObjectExists: there is an object of that name and ``overwrite`` is false.
            StorageFull: no room.
            NotFound: no file at ``path``.
        """
        ...

    def put_bytes(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        """Store a small object. See ``put_file``."""
        ...

    def get_file(self, key: str, path: Path, *, on_progress: OnProgress | None = None) -> None:
        """Copy an object to ``path``, which appears whole or not at all; replaces a file there.

        Raises:
            NotFound: no such object.
            ObjectArchived: it must be restored first.
            StorageFull: no room at ``path``.
        """
        ...

    def read_range(
        self, key: str, start_byte: int = 0, end_byte: int | None = None
    ) -> Iterator[bytes]:
        """Open an object now, and return its bytes [start_byte, end_byte) in chunks.

        Bounds are not negative and behave as in a slice: None and ends past the end mean the end,
        and a range that holds nothing gives nothing. Close the iterator if it is not read to its
        end.

        Raises:
            NotFound: no such object.
            ObjectArchived: it must be restored first.
        """
        ...

    def get_bytes(self, key: str) -> bytes:
        """Return a small object whole. See ``read_range``."""
        return b"".join(self.read_range(key))

    def stat(self, key: str) -> ObjectInfo:
        """Describe an object.

        Raises:
            NotFound: no such object.
        """
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is such an object."""
        try:
            self.stat(key)
        except NotFound:
            return False
        return True

    def list_objects(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """Go through the objects in a folder such as ``videos/7/`` and below, by the keys' bytes.

        Names that are no keys (put there by others) are passed over.

        Args:
            prefix: the folder; empty means everything.
            after: begin behind this key.

        Raises:
            ExternalFailure: an S3 server that lists in another order.
        """
        ...

    def folders(self, prefix: str) -> Iterator[str]:
        """Name the folders right in the folder ``prefix``, such as ``videos/``, in any order.

        Folders of others are among them, and with some stores those that hold nothing.
        """
        ...

    def look(self, limit: int) -> Sequence[str]:
        """Return up to ``limit`` names of what lies here, by whoever it was put there.

        Hidden names, in which a segment begins with a dot, are left out: the marker is one.
        """
        ...

    def read_marker(self) -> str | None:
        """Return what the store's marker says, None if there is none.

        The marker is the object ``.heaters/installation``, which no key can name.
        """
        ...

    def write_marker(self, text: str, *, overwrite: bool) -> None:
        """Write the marker; without ``overwrite`` one that is there stays, as far as that can be.

        Some stores cannot write conditionally: read the marker again to know whose it is.
        """
        ...

    def delete(self, *keys: str) -> None:
        """Delete objects. One that does not exist is no error.

        Raises:
            NotDeleted: some could not be deleted; all others are.
        """
        ...

    def sweep(self, older_than_s: float) -> int:
        """Remove what writers that were killed left behind, and return how many pieces that were.

        Leftovers are never seen as objects; they only take room. What other programs are about to
        store under names that are no keys of ours stays.

        Args:
            older_than_s: spare what was begun less than so many seconds ago: it may be in use.
        """
        ...

    def left_out(self) -> Sequence[str]:
        """Return in words what the server refuses, as far as it was asked, and is done without."""
        return ()

    def local_path(self, key: str) -> Path | None:
        """Return the file that is the object, to be read only; None if there is no such thing.

        Raises:
            NotFound: objects are files here, but there is no such object.
        """
        ...

    def presign(self, key: str, expires_s: int, download_name: str | None = None) -> str | None:
        """Return an address at which a browser may GET the object; None if there is no such thing.

        With ``download_name`` the browser keeps the object as a file of that name.

        Whoever has the address may read the object for ``expires_s`` seconds: never log it.
        """
        ...


@contextmanager
def as_local_file(
    store: ObjectStore, key: str, scratch_dir: Path, *, on_progress: OnProgress | None = None
) -> Iterator[Path]:
    """Give an object as a file to read: its own if it is one, or a copy while the block runs.

    Args:
        store: where the object is.
        key: the object.
        scratch_dir: an existing folder for the copy.
        on_progress: told about bytes downloaded, if any.

    Raises:
        NotFound, ObjectArchived, StorageFull: as ``ObjectStore.get_file``.
    """
    path = store.local_path(key)
    if path is not None:
        yield path
        return
    with TemporaryDirectory(dir=scratch_dir, prefix="object-") as folder:
        path = Path(folder) / PurePosixPath(key).name
        store.get_file(key, path, on_progress=on_progress)
        yield path


def open_store(
    url: str,
    *,
    s3_endpoint_url: str | None = None,
    s3_region: str | None = None,
    s3_storage_class: str = "STANDARD",
    s3_master_storage_class: str = "GLACIER",
) -> ObjectStore:
    """Open the store at ``file:/folder``, ``file:///folder`` or ``s3://bucket/prefix``.

    A folder is made if it is missing. S3 is not contacted yet; its credentials are found as boto3
    finds them (environment, profile, role).

    Args:
        url: the store's address.
        s3_endpoint_url: an S3 server other than AWS's own.
        s3_region: None leaves it to boto3.
        s3_storage_class: storage class of what is put.
        s3_master_storage_class: storage class of what is put with ``archive=True``.

    Raises:
        InvalidConfiguration: not such an address, or a folder that cannot be used.
    """
    folder = folder_at(url)
    if folder is not None:
        from heaters.storage.local import LocalStore

        return LocalStore(folder)
    parts = urlsplit(url)
    from heaters.storage.s3 import S3Store

    return S3Store(
        parts.netloc,
        parts.path.strip("/"),
        endpoint_url=s3_endpoint_url,
        region=s3_region,
        storage_class=s3_storage_class,
        archive_storage_class=s3_master_storage_class,
    )


def folder_at(url: str) -> Path | None:
    """Return the folder that is the store at ``url``; None if it is a bucket.

    Raises:
        InvalidConfiguration: not an address of a store.
    """
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise InvalidConfiguration(f"not a storage address: {url} (write '?' as %3F, '#' as %23)")
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path[:1] == "/":
        return Path(unquote(parts.path)).resolve()
    if parts.scheme == "s3" and parts.netloc:
        return None
    raise InvalidConfiguration(
        f"not a storage address: {url} (write file:/absolute/folder or s3://bucket/prefix)"
    )
